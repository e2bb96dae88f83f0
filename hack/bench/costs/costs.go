// Package costs breaks a CPU profile down into steps. It starts at one function and
// repeatedly splits the most expensive step into the functions that it calls, as long
// as the step is code of this project.
package costs

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/clausea/crawler/hack/bench/report"
)

// Step is a function and its share of the root's time, including the functions that it
// calls.
type Step struct {
	Name  string
	Share float64
}

const (
	ownPrefix = "github.com/clausea/crawler/"
	minShare  = 0.01 // smaller steps are combined
)

// Write writes a note and a table of the steps below root. It reports an unreadable
// profile as missing.
func Write(r *report.Report, file, root string, rows int, note string) {
	all, err := Steps(file, root, rows)
	if err != nil {
		r.Missing(note, err)
		return
	}
	table := make([][]string, 0, len(all))
	for _, s := range all {
		table = append(table, []string{s.Name, fmt.Sprintf("%.0f %%", s.Share*100)})
	}
	r.Note("%s", note)
	r.Table([]string{"Step", "share"}, table)
}

// node is a function in the call tree; its time includes its children.
type node struct {
	name     string
	total    int64
	children map[string]*node
}

func (n *node) child(name string) *node {
	if n.children == nil {
		n.children = map[string]*node{}
	}
	if n.children[name] == nil {
		n.children[name] = &node{name: name}
	}
	return n.children[name]
}

// Steps splits the time below root into at least rows steps, the most expensive first.
// root is the end of a function's full name; "" is the whole program.
func Steps(file, root string, rows int) ([]Step, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	defer func() { _ = f.Close() }()
	p, err := profile.Parse(f)
	if err != nil {
		return nil, fmt.Errorf("read the profile %s: %w", file, err)
	}
	top := &node{name: root}
	for _, s := range p.Sample {
		add(top, stack(s), root, s.Value[len(s.Value)-1])
	}
	if top.total == 0 {
		return nil, fmt.Errorf("the profile %s has no sample below %s", file, root)
	}
	return split(top, rows), nil
}

// stack returns the functions of a sample, the outermost first.
func stack(s *profile.Sample) (names []string) {
	for i := len(s.Location) - 1; i >= 0; i-- {
		lines := s.Location[i].Line
		for j := len(lines) - 1; j >= 0; j-- {
			names = append(names, lines[j].Function.Name)
		}
	}
	return names
}

func add(top *node, names []string, root string, value int64) {
	if root != "" {
		at := slices.IndexFunc(names, func(n string) bool { return strings.HasSuffix(n, root) })
		if at < 0 {
			return
		}
		names = names[at+1:]
	}
	n := top
	n.total += value
	for _, name := range names {
		n = n.child(name)
		n.total += value
	}
}

// split expands the most expensive expandable steps until there are enough.
func split(top *node, rows int) []Step {
	done := []*node{}
	open := []*node{top}
	for len(open) > 0 && len(done)+len(open) < rows {
		slices.SortFunc(open, func(a, b *node) int { return cmp.Compare(b.total, a.total) })
		n := open[0]
		open = open[1:]
		left := n.total
		for _, c := range n.children {
			left -= c.total
			if expandable(c) {
				open = append(open, c)
			} else {
				done = append(done, c)
			}
		}
		if left > 0 {
			done = append(done, &node{name: n.name + ", itself", total: left})
		}
	}
	return merge(append(done, open...), top.total)
}

// expandable reports whether a step may be split: it is code of this project, or spends
// most of its time calling such code.
func expandable(n *node) bool {
	return len(n.children) > 0 && (strings.HasPrefix(n.name, ownPrefix) || 2*ownBelow(n) > n.total)
}

// ownBelow returns the time below n in code of this project.
func ownBelow(n *node) (total int64) {
	for _, c := range n.children {
		if strings.HasPrefix(c.name, ownPrefix) {
			total += c.total
		} else {
			total += ownBelow(c)
		}
	}
	return total
}

// merge combines steps with the same name, and those below minShare.
func merge(nodes []*node, total int64) []Step {
	sum := map[string]int64{}
	for _, n := range nodes {
		sum[group(n.name)] += n.total
	}
	var out []Step
	rest := int64(0)
	for name, v := range sum {
		if float64(v) < minShare*float64(total) {
			rest += v
			continue
		}
		out = append(out, Step{name, float64(v) / float64(total)})
	}
	slices.SortFunc(out, func(a, b Step) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Name, b.Name))
	})
	if rest > 0 {
		out = append(out, Step{"all other steps", float64(rest) / float64(total)})
	}
	return out
}

// group returns the name to print for a step. It combines functions of the Go runtime.
func group(name string) string {
	switch {
	case strings.HasPrefix(name, "runtime.gcBgMark"), strings.HasPrefix(name, "runtime.bgsweep"), strings.HasPrefix(name, "runtime.bgscavenge"):
		return "background garbage collection"
	case strings.HasPrefix(name, "runtime.malloc"), strings.HasPrefix(name, "runtime.newobject"), strings.HasPrefix(name, "runtime.makeslice"), strings.HasPrefix(name, "runtime.growslice"), strings.HasPrefix(name, "runtime.concatstring"), strings.HasPrefix(name, "runtime.slicebytetostring"):
		return "memory allocation"
	case strings.HasPrefix(name, "runtime."):
		return "runtime: scheduler and other"
	}
	return strings.TrimPrefix(name, ownPrefix)
}
