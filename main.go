// Command clausea finds the legal documents of companies, stores every version, and shows
// what changed.
package main

import (
	"os"
	// Schedules name time zones. The embedded database (450 KB) is used only if the system
	// has none, as in minimal images.
	_ "time/tzdata"

	"github.com/clausea/crawler/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
