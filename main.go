// Command clausea finds companies' legal documents, keeps every version of them,
// and says what changed.
package main

import (
	"os"

	"github.com/clausea/crawler/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
