// Command words holds code and documentation to the terms of docs/glossary.md. It reports each
// home-made term of refused.txt that it finds in an identifier, a comment, a message or a page,
// with the term to use instead, and exits with 1 if there is any.
package main

import (
	"bufio"
	_ "embed"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed refused.txt
var refused string

// skipped are folders that hold no text of ours, or texts in the languages of crawled pages.
var skipped = map[string]bool{".git": true, ".gold": true, ".cache": true, "bin": true, "node_modules": true, ".next": true, "testdata": true, "lexicon": true}

func main() {
	root := flag.String("root", ".", "folder of the project")
	flag.Parse()
	findings, err := check(*root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Printf("%d uses of terms that docs/glossary.md replaces (the list is hack/words/refused.txt)\n", len(findings))
		os.Exit(1)
	}
}

// check returns a line for each refused term below root, ordered by file.
func check(root string) ([]string, error) {
	rules, err := parseRules(refused)
	if err != nil {
		return nil, fmt.Errorf("read refused.txt: %w", err)
	}
	var findings []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped[d.Name()] {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		passages, err := read(path, filepath.ToSlash(rel))
		if err != nil {
			return fmt.Errorf("read %s: %w", rel, err)
		}
		for _, p := range passages {
			for _, r := range rules {
				if found := r.match(p); found != "" {
					findings = append(findings, fmt.Sprintf("%s:%d: %s %q: write %s", rel, p.line, p.kind, found, r.instead))
				}
			}
		}
		return nil
	})
	return findings, err
}

// read returns the passages of one file. Files that hold no text of ours have none.
func read(path, rel string) ([]passage, error) {
	switch {
	case rel == "docs/glossary.md", strings.HasPrefix(rel, "hack/words/"):
		return nil, nil // they name the terms in order to replace them
	case strings.HasSuffix(rel, ".go"):
		return readGo(path, rel)
	case strings.HasSuffix(rel, ".md"), strings.HasSuffix(rel, ".tmpl"), strings.HasSuffix(rel, ".templ"):
		return readLines(path, func(line string) string { return line })
	case strings.HasSuffix(rel, ".sh"), strings.HasSuffix(rel, ".yaml"), strings.HasSuffix(rel, ".yml"),
		filepath.Base(rel) == "Makefile", filepath.Base(rel) == "Dockerfile":
		return readLines(path, afterHash)
	}
	return nil, nil
}

// readLines returns the part of each line that text selects.
func readLines(path string, text func(line string) string) ([]passage, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	var passages []passage
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if t := text(lines.Text()); t != "" {
			passages = append(passages, passage{kind: "text", text: t, line: n})
		}
	}
	return passages, lines.Err()
}

// afterHash is the comment of a line of a shell script, a Makefile or YAML.
func afterHash(line string) string {
	_, comment, _ := strings.Cut(line, "#")
	return comment
}
