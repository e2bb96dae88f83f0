// Package costs reads a CPU profile and says which steps took the time, whatever
// the steps are: it goes down the calls from one function and splits the dearest
// step into what it calls, as long as it is the project's own.
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

// Step is one row: a function, and the share of the time below the root that was
// spent in it and what it calls.
type Step struct {
	Name  string
	Share float64
}

const (
	ownPrefix = "github.com/clausea/crawler/"
	minShare  = 0.01 // steps below this share are put together
)

// Write shows the steps below root as a table under a note. A profile that can't be
// read is named as missing.
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

// node is a function as called by its parent.
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

// Steps splits the time below root (the end of a function's full name; empty is
// the whole program) into at least rows steps, the dearest first.
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

// stack is a sample's functions, the outermost first.
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

// split expands the dearest of the project's own steps until there are enough.
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

// expandable says whether a step is to be split: the project's own are, and the
// frames that mostly lead to them.
func expandable(n *node) bool {
	return len(n.children) > 0 && (strings.HasPrefix(n.name, ownPrefix) || 2*ownBelow(n) > n.total)
}

// ownBelow is the time in the project's own steps below n.
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

// merge puts steps of one name together, and those that are too small.
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

// group is the name that a step is shown by: the runtime's many are put together.
func group(name string) string {
	switch {
	case strings.HasPrefix(name, "runtime.gcBgMark"), strings.HasPrefix(name, "runtime.bgsweep"), strings.HasPrefix(name, "runtime.bgscavenge"):
		return "garbage collection, in the background"
	case strings.HasPrefix(name, "runtime.malloc"), strings.HasPrefix(name, "runtime.newobject"), strings.HasPrefix(name, "runtime.makeslice"), strings.HasPrefix(name, "runtime.growslice"), strings.HasPrefix(name, "runtime.concatstring"), strings.HasPrefix(name, "runtime.slicebytetostring"):
		return "memory"
	case strings.HasPrefix(name, "runtime."):
		return "runtime: scheduler and the rest"
	}
	return strings.TrimPrefix(name, ownPrefix)
}
