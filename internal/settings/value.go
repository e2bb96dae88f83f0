package settings

import (
	"crypto/ed25519"
	"encoding/base64"
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

// define adds the flag of a row to fs, with the type of the row's field.
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
		var list []string
		if row.Default != "" {
			list = strings.Split(row.Default, ",")
		}
		fs.StringSliceVar(p, row.Name, list, row.Help)
	case *Secret:
		fs.Var(secretValue{p}, row.Name, row.Help)
	}
}

// typeName returns the name of a setting's type for the documentation.
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
		return "string"
	}
}

// expected describes the valid values of a setting.
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
		return "a string"
	}
}

// describedValue is a pflag.Value whose errors describe the valid values.
type describedValue struct {
	pflag.Value
	row Setting
}

// Set implements pflag.Value.
func (v *describedValue) Set(text string) error {
	if v.Value.Set(text) != nil {
		return errors.New("expected " + v.row.expected())
	}
	return nil
}

// rule restricts the values of a setting beyond its type. For a list, each element must
// satisfy holds.
type rule struct {
	expected string
	holds    func(text string) bool
	words    []string // all valid values of an enumeration
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

// formatDuration formats a duration without zero units: 24h, not 24h0m0s.
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

var proxyURL = rule{expected: "a URL such as http://host:port with the scheme http, https, socks5 or socks5h", holds: func(text string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) && u.Hostname() != ""
}}

var mongoURL = rule{expected: "a URI such as mongodb://HOST/DATABASE or mongodb+srv://HOST/DATABASE", holds: func(text string) bool {
	return strings.HasPrefix(text, "mongodb://") || strings.HasPrefix(text, "mongodb+srv://")
}}

var redisURL = rule{expected: "a URI such as redis://HOST or rediss://USER:PASSWORD@HOST:PORT", holds: func(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "redis" || u.Scheme == "rediss") && u.Hostname() != ""
}}

// publicURL accepts an origin whose cookies browsers store: it is encrypted, or on their machine.
var publicURL = rule{expected: "an origin such as https://clausea.example.com, in lower case and without a path; http is allowed only for localhost", holds: func(text string) bool {
	u, err := url.Parse(text)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	return origin.holds(text) && (u.Scheme == "https" || u.Scheme == "http" && local)
}}

// origin accepts the origins that browsers send in the header Origin. They are compared exactly,
// so an origin in another form would never match.
var origin = rule{expected: "origins such as https://app.example.com or http://localhost:3000, in lower case, without a path, a trailing slash or the default port", holds: func(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(text, "*, ") || text != strings.ToLower(u.Scheme+"://"+u.Host) {
		return false
	}
	port := u.Port()
	return !strings.HasSuffix(u.Host, ":") && !(u.Scheme == "https" && port == "443") && !(u.Scheme == "http" && port == "80")
}}

// hasScheme matches text that begins with a URL scheme and so is not a folder path.
var hasScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

var folderPath = rule{expected: "a folder path; to use MongoDB, set MONGO_URI", holds: func(text string) bool {
	return !hasScheme.MatchString(text)
}}

var storeLocation = rule{expected: "a folder path, or a MongoDB " + strings.TrimPrefix(mongoURL.expected, "a "), holds: func(text string) bool {
	return folderPath.holds(text) || mongoURL.holds(text)
}}

// evidenceKey accepts the forms of a key. The command that uses the key reads it.
var evidenceKey = rule{expected: "an Ed25519 private key in PEM (PKCS #8), or its seed of 32 bytes in base64", holds: func(text string) bool {
	text = strings.TrimSpace(text)
	seed, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "=")))
	return strings.HasPrefix(text, "-----BEGIN PRIVATE KEY-----") || err == nil && len(seed) == ed25519.SeedSize
}}

var languageTag = rule{expected: "language tags such as en or pt-BR", holds: func(text string) bool {
	_, err := language.Parse(text)
	return err == nil
}}

var cidr = rule{expected: "CIDRs such as 127.0.0.1/32", holds: func(text string) bool {
	_, err := netip.ParsePrefix(text)
	return err == nil
}}
