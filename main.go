// Command clausea finds companies' legal documents, keeps every version of them,
// and says what changed.
package main

import (
	"os"
	// A schedule's time zone is a name; a host or an image without zoneinfo would know
	// none. It is 450 KB, and used only where the system has no zones of its own.
	_ "time/tzdata"

	"github.com/clausea/crawler/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
