package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources returns the Go code of the program, without tests.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range []string{"internal", "controllers"} {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			all.Write(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// The first column of a table of the page has messages of the program, with ... for parts that vary.
func TestTheMessagesOfTheTroubleshootingPageExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "troubleshooting.md"))
	if err != nil {
		t.Fatal(err)
	}
	code, checked := sources(t), 0
	// These come from libraries.
	libraries := map[string]bool{"address already in use": true, "database or disk is full": true}
	for _, row := range regexp.MustCompile(`(?m)^\| (.*?) \|`).FindAllStringSubmatch(string(page), -1) {
		for _, span := range regexp.MustCompile("`([^`]* [^`]*)`").FindAllStringSubmatch(row[1], -1) {
			for _, part := range regexp.MustCompile(`\.\.\.|"[^"]*"|: |[0-9A-Z_]{3,}|; |\(`).Split(span[1], -1) {
				part = strings.Trim(part, " ,)")
				if !strings.Contains(part, " ") || libraries[part] {
					continue
				}
				checked++
				if !strings.Contains(code, part) {
					t.Errorf("the page has the message %q, whose part %q is not in the program", span[1], part)
				}
			}
		}
	}
	if checked < 15 {
		t.Errorf("the page has only %d parts of messages", checked)
	}
}
