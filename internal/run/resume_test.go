package run

import (
	"context"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

func TestAResumedRunKnowsTheOutcomesFromBeforeTheInterruption(t *testing.T) {
	t.Parallel()
	w, st, r := newTwoPolicies(t)
	before := find(t, st, "/privacy")
	w.set("/robots.txt", "User-agent: *\nDisallow: /hidden/\n")
	w.set("/", home("/legal/privacy-notice", "Privacy Notice"))
	terms := func(tk *Task) {
		tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com/hidden/terms", Type: "terms_of_service", Pinned: true})
	}
	w.set("/legal/privacy-notice", held) // no response before the interruption
	w.set("/privacy", "")
	w.set("/cookies", "<!doctype html><html lang=en><title>Harbour</title><main><p>Loading...</p></main>")
	if rep := interruptWhen(t, r, func(p crawl.Progress) bool { return p.Failed > 0 && p.Skipped[crawl.SkipRobots] > 0 }, terms); rep.Run.State != store.RunInterrupted {
		t.Fatalf("the interrupted run is %s: %s", rep.Run.State, rep.Run.Message)
	}
	w.set("/legal/privacy-notice", policy("Privacy Policy"))
	rep := crawlOnce(t, r, terms)
	if now := find(t, st, "/legal/privacy-notice"); now.ID != before.ID || len(now.FormerURLs) != 1 {
		t.Errorf("the policy that moved is %+v\n%v", now, changes(rep))
	}
	if got := changes(rep)["https://example.com/cookies"]; got != "cookie_policy Broken" {
		t.Errorf("the cookie policy is %q", got)
	}
	for _, c := range rep.Run.Coverage {
		if c.Type == "terms_of_service" && c.Reason != "Robots" {
			t.Errorf("the terms are %+v", c)
		}
	}
}

// interruptWhen interrupts a crawl once enough returns true.
func interruptWhen(t *testing.T, r *Runner, enough func(crawl.Progress) bool, change func(*Task)) Report {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tk := task()
	change(&tk)
	rep, _ := execute(ctx, r, tk, func(p crawl.Progress) {
		if enough(p) {
			cancel()
		}
	})
	return rep
}
