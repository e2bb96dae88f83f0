package dashboard

import (
	"cmp"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// startedBy returns who or what started the crawl, and the reason that was given.
func (d crawlView) startedBy() string {
	text := cmp.Or(string(d.Run.Trigger), "unknown")
	if d.Run.RequestedBy != "" {
		text += " (" + d.Run.RequestedBy + ")"
	}
	if d.RequestReason != "" {
		text += ": " + d.RequestReason
	}
	return text
}

// noHosts returns why no host waits.
func (d crawlView) noHosts() string {
	text := "No host is slowed down or paused."
	if d.Ended {
		text = "No host was slowed down or paused."
	}
	if delay := d.Run.Limits.Delay; delay != 0 {
		text += fmt.Sprintf(" The delay between two requests to a host is %s.", delay)
	}
	return text
}

// limitsText returns the limits of a crawl in words.
func limitsText(l store.RunLimits) string {
	text := fmt.Sprintf("%s, depth %d", plural(l.MaxPages, "page", "pages"), l.MaxDepth)
	if l.TimeLimit != 0 {
		text += ", " + duration(l.TimeLimit)
	}
	return text
}
