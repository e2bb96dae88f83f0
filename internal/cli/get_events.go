package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/clausea/crawler/internal/kubestore"
)

// eventComponent is the component that records events. describe shows it as their source.
const eventComponent = "clausea"

// getEvents shows the events of resources that are stored outside a cluster.
func (a *app) getEvents(g *getter, f resourceFlags, args []string) error {
	switch {
	case len(args) > 1:
		return usage("get events: expected no name; --for KIND/NAME shows the events of one object")
	case f.kubernetes:
		return usage("get events shows the events in the store; use kubectl get events for those of a cluster")
	case g.company != "":
		return usage("get events: --company does not apply; use --for company/NAME")
	case !slices.Contains([]string{"table", "wide", "json", "yaml"}, g.output):
		return invalidOutput(g.output, "table", "wide", "json", "yaml")
	}
	selector := kubestore.EventSelector{Namespace: f.listNamespace()}
	if g.object != "" {
		objs, err := f.parseNames([]string{g.object})
		if err != nil {
			return usage("--for %v", err)
		}
		selector = kubestore.EventSelector{Namespace: f.listNamespace(), Kind: objs[0].GetKind(), Name: objs[0].GetName()}
	}
	r, err := a.openResources(g.ctx, f, openForReading)
	if err != nil {
		return err
	}
	defer r.close()
	events, err := kubestore.ListEvents(g.ctx, r.store, selector)
	if err != nil {
		return err
	}
	if g.output == "wide" {
		g.output = "table"
	}
	now := time.Now()
	return printList(g, events, "NAMESPACE\tLAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE", func(e kubestore.Event) string {
		return strings.Join([]string{e.Namespace, eventAge(e, now), e.Type, e.Reason, strings.ToLower(e.Kind) + "/" + e.Name, printable(e.Note)}, "\t")
	})
}

// eventAge returns the age of an event as kubectl shows it.
func eventAge(e kubestore.Event, now time.Time) string {
	last := duration.HumanDuration(now.Sub(e.Last))
	if e.Count > 1 {
		return fmt.Sprintf("%s (x%d over %s)", last, e.Count, duration.HumanDuration(now.Sub(e.First)))
	}
	return last
}

// oneLine returns s with each sequence of white space replaced by a space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
