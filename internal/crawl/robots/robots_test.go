package robots

import (
	"errors"
	"strings"
	"testing"
)

func TestAllowedFollowsRFC9309(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, path string
		want             bool
	}{
		{"empty file", "", "/a", true},
		{"the product token is case-insensitive", "User-agent: CLAUSEABOT\nDisallow: /a", "/a/b", false},
		{"the crawler's group takes precedence over *", "User-agent: *\nDisallow: /\nUser-agent: clauseabot\nAllow: /", "/a", true},
		{"groups with the same agent are merged", "User-agent: clauseabot\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: clauseabot\nDisallow: /b", "/b", false},
		{"agents can share a group", "User-agent: x\nUser-agent: clauseabot\nDisallow: /a", "/a", false},
		{"the longest match wins", "User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", false},
		{"a longer allow wins", "User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b", true},
		{"allow wins a tie", "User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
		{"* within a pattern", "User-agent: *\nDisallow: /*/x", "/a/b/x/c", false},
		{"$ excludes longer paths", "User-agent: *\nDisallow: /*.php$", "/a.php?x", true},
		{"$ matches the end of the path", "User-agent: *\nDisallow: /*.php$", "/a.php", false},
		{"the query is part of the path", "User-agent: *\nDisallow: /a?b=1", "/a?b=1&c", false},
		{"escapes are compared in octets", "User-agent: *\nDisallow: /ü", "/%c3%bc", false},
		{"an escaped unreserved character in a rule is undone", "User-agent: *\nDisallow: /%7Elegal/", "/~legal/privacy", false},
		{"an escaped unreserved character in a path is undone", "User-agent: *\nDisallow: /~legal/", "/%7elegal/privacy", false},
		{"escaped letters are undone", "User-agent: *\nDisallow: /foo/%62%61%7A", "/foo/baz", false},
		{"an escaped letter of a path is undone", "User-agent: *\nDisallow: /foo/baz", "/foo/%62a%7a", false},
		{"an escaped dot is undone", "User-agent: *\nDisallow: /a%2Ehtml", "/a.html", false},
		{"an escaped slash of a path is not undone", "User-agent: *\nDisallow: /a/b", "/a%2Fb", true},
		{"an escaped slash matches an escaped slash", "User-agent: *\nDisallow: /a%2fb", "/a%2Fb", false},
		{"a reserved character in a query matches its escape", "User-agent: *\nDisallow: /a?u=https://b.c", "/a?u=https%3A%2F%2Fb.c", false},
		{"an escape in a query matches the reserved character", "User-agent: *\nDisallow: /a?u=https%3A%2F%2Fb.c", "/a?u=https://b.c", false},
		{"an escaped separator of a query is not undone", "User-agent: *\nDisallow: /a?u=1&b", "/a?u=1%26b", true},
		{"an escape of a query matches without ? in the rule", "User-agent: *\nDisallow: /*%3A%2F%2Fb", "/a?u=https%3A%2F%2Fb.c", false},
		{"an escaped star stands for itself", "User-agent: *\nDisallow: /a-%2A.html", "/a-*.html", false},
		{"an escaped star is no wildcard", "User-agent: *\nDisallow: /a-%2A.html", "/a-b.html", true},
		{"an escaped dollar stands for itself", "User-agent: *\nDisallow: /a%24", "/a$b", false},
		{"a dollar within a rule stands for itself", "User-agent: *\nDisallow: /a$b", "/a$b/c", false},
		{"a space of a rule is an escape in a path", "User-agent: *\nDisallow: /a b", "/a%20b/c", false},
		{"a brace of a rule is an escape in a path", "User-agent: *\nDisallow: /a{b}", "/a%7Bb%7d", false},
		{"a broken escape stands for itself", "User-agent: *\nDisallow: /100%zz", "/100%zz", false},
		{"robots.txt is always allowed", "User-agent: *\nDisallow: /", "/robots.txt", true},
		{"a rule before any agent is ignored", "Disallow: /\nUser-agent: *\nDisallow: /x", "/a", true},
		{"an empty disallow allows everything", "User-agent: *\nDisallow:", "/a", true},
		{"a sitemap does not end a group", "User-agent: x\nSitemap: https://a/b\nUser-agent: clauseabot\nDisallow: /a", "/a", false},
		{"a crawl delay does not end a group", "User-agent: clauseabot\nCrawl-delay: 1\nUser-agent: *\nDisallow: /a", "/a", false},
		{"CR ends a line", "User-agent: *\rDisallow: /a", "/a", false},
		{"a byte order mark is skipped", "\xef\xbb\xbfUser-agent: *\nDisallow: /a", "/a", false},
		{"comments are ignored", "User-agent: * # all\nDisallow: /a # no", "/a", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, by := Parse([]byte(tt.file)).GroupFor("ClauseaBot").Allowed(tt.path); got != tt.want {
				t.Errorf("Allowed(%q) = %v by %q, want %v", tt.path, got, by, tt.want)
			}
		})
	}
}

func TestFromStatusFollowsRFC9309(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{404: true, 403: true, 401: true, 410: true, 429: false, 500: false, 503: false, 0: false} {
		if got, _ := FromStatus(status, nil).GroupFor("x").Allowed("/a"); got != want {
			t.Errorf("status %d: allowed %v, want %v", status, got, want)
		}
	}
	if ok, _ := FromStatus(0, errors.New("no response")).GroupFor("x").Allowed("/a"); ok {
		t.Error("a host that does not respond is allowed")
	}
}

func TestParseReadsOnlyTheFirst500KiB(t *testing.T) {
	t.Parallel()
	file := "User-agent: *\nDisallow: /a\n" + strings.Repeat("# filler\n", MaxBytes/9+1) + "Disallow: /b\n"
	g := Parse([]byte(file)).GroupFor("x")
	if ok, _ := g.Allowed("/a"); ok {
		t.Error("/a is allowed, but a rule within MaxBytes disallows it")
	}
	if ok, _ := g.Allowed("/b"); !ok {
		t.Error("/b is disallowed by a rule beyond MaxBytes")
	}
}

func TestARuleThatMaxBytesSplitsIsIgnored(t *testing.T) {
	t.Parallel()
	head := "User-agent: *\nDisallow: /a\n"
	filler := strings.Repeat("#", MaxBytes-len(head)-len("\nDisallow: /")) + "\n"
	g := Parse([]byte(head + filler + "Disallow: /long/path\n")).GroupFor("x")
	if ok, by := g.Allowed("/b"); !ok {
		t.Errorf("/b is disallowed by %q", by)
	}
}

func TestMatchingTimeIsBounded(t *testing.T) {
	t.Parallel()
	stars := strings.Repeat("*a", MaxBytes/2-20)
	many := strings.Repeat("Disallow: /*a*b*c*d$\n", MaxBytes/22)
	for _, file := range []string{"User-agent: *\nDisallow: /" + stars + "$", "User-agent: *\n" + many, strings.Repeat("User-agent: x\n", MaxBytes/14), "User-agent: *\nDisallow: /" + strings.Repeat("*", MaxBytes-30)} {
		g := Parse([]byte(file)).GroupFor("x")
		for _, p := range []string{"/", "/" + strings.Repeat("a", 2000), "/" + strings.Repeat("abcd", 500)} {
			g.Allowed(p) // a backtracking matcher would not return
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*b$\nCrawl-delay: 1.5"), "/axb")
	f.Fuzz(func(t *testing.T, file []byte, path string) {
		if ok, _ := Parse(file).GroupFor("clauseabot").Allowed("/robots.txt"); !ok {
			t.Fatal("/robots.txt is disallowed")
		}
		Parse(file).GroupFor("clauseabot").Allowed(path)
	})
}
