// Command links checks the relative links of all Markdown pages: their files and their headings exist.
//
//	go run ./hack/links
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func main() {
	broken, err := check(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "links:", err)
		os.Exit(2)
	}
	for _, b := range broken {
		fmt.Println(b)
	}
	if len(broken) > 0 {
		os.Exit(1)
	}
}

// skipped are folders whose pages are not of this project, or are data of tests.
var skipped = map[string]bool{".git": true, ".gold": true, ".cache": true, "bin": true, "dist": true, "node_modules": true, ".next": true, "testdata": true, "templates": true}

var (
	fence  = regexp.MustCompile("^ *(```|~~~)")
	code   = regexp.MustCompile("``[^`]*``|`[^`]*`")
	link   = regexp.MustCompile(`\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)`)
	anchor = regexp.MustCompile(`<a id="([^"]+)"`)
	scheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
)

// page is a Markdown page.
type page struct {
	links   []target
	anchors map[string]bool
}

// target is the target of a link.
type target struct {
	line int
	to   string
}

// check returns a line for each broken link of the pages below root.
func check(root string) (broken []string, err error) {
	pages := pageSet{}
	var order []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped[d.Name()]:
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pages[path] = parse(string(b))
		order = append(order, path)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	slices.Sort(order)
	for _, path := range order {
		for _, l := range pages[path].links {
			if why := pages.problem(path, l.to); why != "" {
				broken = append(broken, fmt.Sprintf("%s:%d: %s: %s", path, l.line, l.to, why))
			}
		}
	}
	return broken, nil
}

// problem returns what is wrong with a link of a page, or "".
func (pages pageSet) problem(path, to string) string {
	if scheme.MatchString(to) || strings.HasPrefix(to, "//") {
		return ""
	}
	file, heading, _ := strings.Cut(to, "#")
	at := path
	if file != "" {
		at = filepath.Join(filepath.Dir(path), filepath.FromSlash(file))
	}
	if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	if p := pages[at]; heading != "" && p != nil && !p.anchors[heading] {
		return "the page has no such heading"
	}
	return ""
}

type pageSet map[string]*page

// parse returns the links and the anchors of a page. It ignores code.
func parse(text string) *page {
	p := &page{anchors: map[string]bool{}}
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if fence.MatchString(line) {
			fenced = !fenced
			continue
		}
		if fenced || strings.HasPrefix(line, "    ") && !strings.HasPrefix(strings.TrimSpace(line), "-") {
			continue
		}
		if title := strings.TrimLeft(line, "#"); title != line && strings.HasPrefix(title, " ") {
			p.addHeading(strings.TrimSpace(title))
		}
		for _, m := range anchor.FindAllStringSubmatch(line, -1) {
			p.anchors[m[1]] = true
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
			p.links = append(p.links, target{i + 1, m[1]})
		}
	}
	return p
}

// addHeading adds the anchor that GitHub gives to a heading.
func (p *page) addHeading(title string) {
	title = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(title, "$1")
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	name := b.String()
	for n := 1; p.anchors[name]; n++ {
		name = b.String() + "-" + strconv.Itoa(n)
	}
	p.anchors[name] = true
}
