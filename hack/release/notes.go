package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// writeNotes writes the section of a changelog whose heading is the version, with or without a date
// after it, or "Unreleased" if it has none.
func writeNotes(out io.Writer, changelog, version string) error {
	content, err := os.ReadFile(changelog)
	if err != nil {
		return fmt.Errorf("read the changelog: %w", err)
	}
	for _, heading := range []string{version, strings.TrimPrefix(version, "v"), "Unreleased"} {
		if section := section(string(content), heading); section != "" {
			_, err := fmt.Fprintln(out, section)
			return err
		}
	}
	return fmt.Errorf("%s has no section %s", changelog, version)
}

// section returns the text below the heading of the second level that begins with the word title.
func section(text, title string) string {
	var lines []string
	in := false
	for line := range strings.Lines(text) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			words := strings.Fields(heading)
			in = len(words) > 0 && strings.Trim(words[0], "[]") == title
			continue
		}
		if in {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, ""))
}
