package oidc

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/signin"
)

// Roles maps the claims of an account to a role of the dashboard.
type Roles struct {
	text  string // as it was configured
	rules []rule
}

// rule gives a role to the accounts whose claim has a value.
type rule struct {
	kind  string // one of the kinds below
	claim string // for kindClaim
	value string
	role  signin.Role
}

// The kinds of rules.
const (
	kindAll    = "*"      // every account of the provider
	kindEmail  = "email"  // one verified e-mail address
	kindDomain = "domain" // all verified e-mail addresses of a domain
	kindGroup  = "group"  // a value of the claim groups
	kindClaim  = "claim"  // a value of any claim
)

// groupsClaim is the claim of kindGroup.
const groupsClaim = "groups"

// errRule explains the form of a rule.
var errRule = errors.New("expected email:ADDRESS=ROLE, domain:DOMAIN=ROLE, group:NAME=ROLE, claim:NAME:VALUE=ROLE or *=ROLE, with a role of viewer, reviewer or operator")

// ParseRoles reads rules that are separated by commas. In a value, %2C is a comma and %25 a percent
// sign.
func ParseRoles(text string) (Roles, error) {
	r := Roles{text: text}
	for i, entry := range strings.Split(text, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		parsed, err := parseRule(entry)
		if err != nil {
			return Roles{}, fmt.Errorf("entry %d: %w", i+1, err)
		}
		r.rules = append(r.rules, parsed)
	}
	if len(r.rules) == 0 {
		return Roles{}, errRule
	}
	return r, nil
}

func parseRule(entry string) (r rule, err error) {
	i := strings.LastIndex(entry, "=")
	if i < 0 || !slices.Contains(signin.Roles, signin.Role(entry[i+1:])) {
		return r, errRule
	}
	subject := entry[:i]
	r.role = signin.Role(entry[i+1:])
	r.kind, r.value, _ = strings.Cut(subject, ":")
	if r.kind == kindClaim {
		// The name of a claim can be a URL, so the value begins after the last colon.
		j := strings.LastIndex(r.value, ":")
		if j < 1 {
			return r, errRule
		}
		r.claim, r.value = r.value[:j], r.value[j+1:]
	}
	if r.value, err = url.PathUnescape(r.value); err != nil {
		return r, errRule
	}
	return r, r.check(subject)
}

// check normalizes a rule, and refuses one that no account can match.
func (r *rule) check(subject string) error {
	switch r.kind {
	case kindAll:
		if subject != kindAll {
			return errRule
		}
		return nil
	case kindEmail:
		r.value = strings.ToLower(r.value)
		if !isEmail(r.value) {
			return errRule
		}
	case kindDomain:
		r.value = strings.ToLower(strings.TrimPrefix(r.value, "@"))
		if strings.ContainsAny(r.value, "@* ") {
			return errRule
		}
	case kindGroup, kindClaim:
	default:
		return errRule
	}
	if r.value == "" {
		return errRule
	}
	return nil
}

// isEmail reports whether a text is one e-mail address and nothing else.
func isEmail(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text
}

// needed lists the claims that the rules read.
func (r Roles) needed() (names []string) {
	for _, u := range r.rules {
		switch u.kind {
		case kindEmail, kindDomain:
			names = append(names, "email", "email_verified")
		case kindGroup:
			names = append(names, groupsClaim)
		case kindClaim:
			names = append(names, u.claim)
		}
	}
	return names
}

// role returns the highest role of all rules that claims match, or "".
func (r Roles) role(c claims) (best signin.Role) {
	for _, u := range r.rules {
		if u.matches(c) && slices.Index(signin.Roles, u.role) > slices.Index(signin.Roles, best) {
			best = u.role
		}
	}
	return best
}

func (r rule) matches(c claims) bool {
	switch r.kind {
	case kindAll:
		return true
	case kindEmail:
		return c.email() == r.value
	case kindDomain:
		_, domain, ok := strings.Cut(c.email(), "@")
		return ok && domain == r.value
	case kindGroup:
		return slices.Contains(c.texts(groupsClaim), r.value)
	}
	return slices.Contains(c.texts(r.claim), r.value)
}
