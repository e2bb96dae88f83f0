// Command release makes the parts of a release that need no other program. hack/release/release.sh
// calls it.
//
//	release archive FILE FOLDER         pack a folder into a .tar.gz or .zip file
//	release sbom BINARY                 print the SBOM of a Go binary as CycloneDX JSON
//	release chart-artifact FILE FOLDER  write a packaged chart as an OCI layout, print its digest
//	release notes VERSION               print the section of CHANGELOG.md of a version
//	release checksums FOLDER            print the SHA-256 of each file in a folder
//	release sign KEY FILE               print the signature of a file
//
// Equal inputs give equal outputs: all times are SOURCE_DATE_EPOCH, in seconds since 1970.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run executes the command line args, and writes its result to out.
func run(args []string, out io.Writer) error {
	date, err := sourceDate()
	if err != nil {
		return err
	}
	commands := map[string]struct {
		args int
		do   func(args []string) error
	}{
		"archive":        {2, func(a []string) error { return archive(a[0], a[1], date) }},
		"sbom":           {1, func(a []string) error { return writeSBOM(out, a[0], date) }},
		"chart-artifact": {2, func(a []string) error { return writeChartArtifact(out, a[0], a[1], date) }},
		"notes":          {1, func(a []string) error { return writeNotes(out, "CHANGELOG.md", a[0]) }},
		"checksums":      {1, func(a []string) error { return writeChecksums(out, a[0]) }},
		"sign":           {2, func(a []string) error { return sign(out, a[0], a[1]) }},
	}
	if len(args) == 0 {
		return errors.New("usage: release archive|sbom|chart-artifact|notes|checksums|sign ARGUMENTS")
	}
	command, ok := commands[args[0]]
	if !ok || len(args)-1 != command.args {
		return fmt.Errorf("unknown command or wrong number of arguments: %q", args)
	}
	return command.do(args[1:])
}

// sourceDate returns the time in SOURCE_DATE_EPOCH, or 1980-01-01, the earliest time of a zip archive.
func sourceDate() (time.Time, error) {
	earliest := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return earliest, nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("read SOURCE_DATE_EPOCH: %w", err)
	}
	if date := time.Unix(seconds, 0).UTC(); date.After(earliest) {
		return date, nil
	}
	return earliest, nil
}
