// Command programs contains the Go programs that bench measures; -as selects one. It is
// a binary of its own because linked packages that a program does not use, such as
// Kubernetes clients, would add to its memory.
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/clausea/crawler/hack/bench/engine"
	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/pipeline"
	"github.com/clausea/crawler/hack/bench/politeness"
)

func main() {
	as := flag.String("as", "", "name of the program to run")
	profile := flag.String("profile", "", "write a CPU profile to this file, and a heap profile next to it at the end")
	flag.Parse()
	if err := run(*as, flag.Args(), *profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench-programs:", err)
		os.Exit(1)
	}
}

func run(name string, args []string, profile string) error {
	stop, err := measure.Profile(profile)
	if err != nil {
		return err
	}
	defer stop()
	if child, ok := engine.Children[name]; ok && len(args) == 2 {
		return child(args[0], args[1])
	}
	part, rest, _ := strings.Cut(name, "/")
	if child, ok := pipeline.Children[rest]; ok && part == "pipeline" && len(args) == 4 {
		n, err := strconv.Atoi(args[3])
		if err != nil {
			return fmt.Errorf("%s: number of pages: %w", name, err)
		}
		return child(args[0], args[1], args[2], n)
	}
	if child, ok := politeness.Children[rest]; ok && part == "polite" && len(args) == 4 {
		return child(args[0], args[1], args[2], args[3])
	}
	if name == "read" && len(args) == 1 {
		return pipeline.Read(args[0])
	}
	return fmt.Errorf("no program %q with %d arguments", name, len(args))
}
