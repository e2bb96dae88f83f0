package run

import (
	"context"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// What a run learned before it was cut off counts for the one that goes on with it.
func TestARunThatGoesOnKnowsWhatWasLostBefore(t *testing.T) {
	t.Parallel()
	w, st, r := two(t)
	before := find(t, st, "/privacy")
	w.set("/robots.txt", "User-agent: *\nDisallow: /hidden/\n")
	w.set("/", home("/legal/privacy-notice", "Privacy Notice"))
	terms := func(tk *Task) {
		tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com/hidden/terms", Type: "terms_of_service", Pinned: true})
	}
	w.set("/legal/privacy-notice", held) // it can't come before the cut
	w.set("/privacy", "")
	w.set("/cookies", "<!doctype html><html lang=en><title>Harbour</title><main><p>Loading...</p></main>")
	if rep := cutWhen(t, r, func(p crawl.Progress) bool { return p.Failed > 0 && p.Skipped[crawl.SkipRobots] > 0 }, terms); rep.Run.State != store.RunInterrupted {
		t.Fatalf("the cut run is %s: %s", rep.Run.State, rep.Run.Message)
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

// cutWhen crawls until enough has happened.
func cutWhen(t *testing.T, r *Runner, enough func(crawl.Progress) bool, change func(*Task)) Report {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cut := *r
	cut.Progress = func(p crawl.Progress) {
		if enough(p) {
			cancel()
		}
	}
	tk := task()
	change(&tk)
	rep, _ := cut.Run(ctx, tk)
	return rep
}
