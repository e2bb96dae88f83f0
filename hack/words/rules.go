package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// passage is a piece of a file that a person reads.
type passage struct {
	kind string // identifier, package, comment, string or text
	text string // of an identifier its words, separated by blanks
	line int    // from 1
}

// rule refuses one term.
type rule struct {
	names   bool // in identifiers and packages
	prose   bool // in comments, strings and texts
	term    *regexp.Regexp
	instead string
}

// match returns the refused term as it stands in p, or "".
func (r rule) match(p passage) string {
	inName := p.kind == "identifier" || p.kind == "package"
	if inName && !r.names || !inName && !r.prose {
		return ""
	}
	return r.term.FindString(p.text)
}

// parseRules reads a table with the columns where (names, prose or all), term (a regular
// expression of whole words) and what to write instead, separated by "|".
func parseRules(table string) ([]rule, error) {
	var rules []rule
	for n, line := range strings.Split(table, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		where, rest, _ := strings.Cut(line, "|")
		// The term may hold a "|" of its own, in parentheses; the last one ends it.
		end := strings.LastIndex(rest, "|")
		if end < 0 {
			return nil, fmt.Errorf("line %d: want where | term | instead", n+1)
		}
		term, err := regexp.Compile(`(?i)\b(?:` + strings.TrimSpace(rest[:end]) + `)\b`)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		r := rule{term: term, instead: strings.TrimSpace(rest[end+1:])}
		switch strings.TrimSpace(where) {
		case "names":
			r.names = true
		case "prose":
			r.prose = true
		case "all":
			r.names, r.prose = true, true
		default:
			return nil, fmt.Errorf("line %d: where is names, prose or all, not %q", n+1, where)
		}
		rules = append(rules, r)
	}
	if len(rules) == 0 {
		return nil, errors.New("no rules")
	}
	return rules, nil
}
