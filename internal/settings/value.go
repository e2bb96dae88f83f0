package settings

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/text/language"
)

// define makes the flag of a row, of the type of its field.
func define(fs *pflag.FlagSet, row Setting, field any) {
	switch p := field.(type) {
	case *string:
		fs.StringVar(p, row.Name, row.Default, row.Help)
	case *int:
		n, _ := strconv.Atoi(row.Default)
		fs.IntVar(p, row.Name, n, row.Help)
	case *time.Duration:
		d, _ := time.ParseDuration(row.Default)
		fs.DurationVar(p, row.Name, d, row.Help)
	case *bool:
		fs.BoolVar(p, row.Name, row.Default == "true", row.Help)
	case *[]string:
		fs.StringSliceVar(p, row.Name, nil, row.Help)
	case *Secret:
		fs.Var(secretValue{p}, row.Name, row.Help)
	}
}

// typeName is a setting's type in words, for the documentation.
func typeName(field any) string {
	switch field.(type) {
	case *int:
		return "number"
	case *time.Duration:
		return "duration"
	case *bool:
		return "true or false"
	case *[]string:
		return "list"
	default:
		return "text"
	}
}

// expected says how a value is written.
func (s Setting) expected() string {
	if s.rule.expected != "" {
		return s.rule.expected
	}
	switch s.field(&Values{}).(type) {
	case *int:
		return "a whole number"
	case *time.Duration:
		return "a duration such as 500ms, 2s or 1h"
	case *bool:
		return "true or false"
	default:
		return "a text"
	}
}

// describedValue is a pflag.Value whose error says what is expected.
type describedValue struct {
	pflag.Value
	row Setting
}

// Set implements pflag.Value.
func (v *describedValue) Set(text string) error {
	if v.Value.Set(text) != nil {
		return errors.New("write " + v.row.expected())
	}
	return nil
}

// rule narrows what a type allows. holds is asked for every element of a list.
type rule struct {
	expected string
	holds    func(text string) bool
	words    []string // all that are possible, where they are few
}

func intRange(low, high int) rule {
	return rule{expected: fmt.Sprintf("a whole number from %d to %d", low, high), holds: func(text string) bool {
		n, err := strconv.Atoi(text)
		return err == nil && low <= n && n <= high
	}}
}

func durationRange(low, high time.Duration, example string) rule {
	return rule{expected: fmt.Sprintf("a duration from %s to %s, such as %s", formatDuration(low), formatDuration(high), example), holds: func(text string) bool {
		d, err := time.ParseDuration(text)
		return err == nil && low <= d && d <= high
	}}
}

// formatDuration is a duration as a person writes it: 24h, not 24h0m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func oneOf(words ...string) rule {
	last := len(words) - 1
	text := words[last]
	if last > 0 {
		text = strings.Join(words[:last], ", ") + " or " + text
	}
	return rule{text, func(text string) bool { return slices.Contains(words, text) }, words}
}

var webURL = rule{expected: "an http or https URL such as https://host:port", holds: func(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}}

var proxyURL = rule{expected: "a URL such as http://host:port; http, https and socks5 are possible", holds: func(text string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) && u.Hostname() != ""
}}

var mongoURL = rule{expected: "a URI such as mongodb://HOST/DATABASE or mongodb+srv://HOST/DATABASE", holds: func(text string) bool {
	return strings.HasPrefix(text, "mongodb://") || strings.HasPrefix(text, "mongodb+srv://")
}}

// hasScheme finds texts that are the URL of something, and no folder's path.
var hasScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

var folderPath = rule{expected: "a folder's path; MongoDB's URI goes into MONGO_URI", holds: func(text string) bool {
	return !hasScheme.MatchString(text)
}}

var storeLocation = rule{expected: "a folder's path, or MongoDB's " + strings.TrimPrefix(mongoURL.expected, "a "), holds: func(text string) bool {
	return folderPath.holds(text) || mongoURL.holds(text)
}}

var languageTag = rule{expected: "language tags such as en or pt-BR", holds: func(text string) bool {
	_, err := language.Parse(text)
	return err == nil
}}

var cidr = rule{expected: "CIDRs such as 127.0.0.1/32", holds: func(text string) bool {
	_, err := netip.ParsePrefix(text)
	return err == nil
}}
