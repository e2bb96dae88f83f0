package dashboard

import (
	"cmp"
	"time"

	"github.com/clausea/crawler/internal/problem"
)

// personRemedies say what a person can do about problems whose remedies are written for clients of
// the API: those mention headers, keys and properties of the response.
var personRemedies = map[problem.Code]string{
	problem.MalformedRequest:   "Go back, and send the form again.",
	problem.InvalidValue:       "Go back, correct the value, and try again.",
	problem.FutureDate:         "Choose a date that has passed.",
	problem.Forbidden:          "Ask an operator, or sign in as another user.",
	problem.NotFound:           "Check the link, or look for it in the lists.",
	problem.Conflict:           "Someone else changed it at the same time. Open the page again, and repeat the change.",
	problem.PreconditionFailed: "Someone else changed it meanwhile. Open the page again, and repeat the change.",
	problem.CrawlRunning:       "Wait for the running crawl, or stop it first.",
	problem.BodyTooLarge:       "Send less at once.",
	problem.Internal:           "Try again. If the problem remains, an operator finds its cause in the log of the process.",
	problem.Unavailable:        "Try again in some seconds. If the problem remains, an operator checks the database.",
	problem.Overloaded:         "Try again in some seconds.",
	problem.TimedOut:           "Try again, or choose a filter that selects less.",
}

// remedyOf returns what a person can do about a problem.
func remedyOf(p *problem.Problem) string {
	if p.RetryAfter > 0 {
		return "Try again in " + max(p.RetryAfter.Round(time.Second), time.Second).String() + "."
	}
	return cmp.Or(personRemedies[p.Code], p.Code.Definition().Remedy)
}
