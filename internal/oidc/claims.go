package oidc

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// claims are what the provider says about an account.
type claims map[string]any

// parseClaims reads a JSON object. Numbers retain their digits.
func parseClaims(raw json.RawMessage) (c claims, err error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	return c, nil
}

// get returns a claim. A name with dots that is not a claim is a path into nested claims, such as
// realm_access.roles.
func (c claims) get(name string) any {
	if v, ok := c[name]; ok {
		return v
	}
	var v any = map[string]any(c)
	for part := range strings.SplitSeq(name, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

// texts returns the values of a claim: one text, number or truth value, or a list of them.
func (c claims) texts(name string) (out []string) {
	list, ok := c.get(name).([]any)
	if !ok {
		list = []any{c.get(name)}
	}
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case json.Number:
			out = append(out, v.String())
		case bool:
			out = append(out, strconv.FormatBool(v))
		}
	}
	return out
}

// text returns a claim that is one text, or "".
func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return s
}

// email returns the e-mail address in lower case, or "" if the provider does not say that it
// verified the address. Some providers send the truth value as text.
func (c claims) email() string {
	verified := c["email_verified"]
	address := strings.ToLower(c.text("email"))
	if verified != true && verified != "true" || !isEmail(address) {
		return ""
	}
	return address
}

// maxSubject is the longest subject that a provider may send, in bytes (OpenID Connect Core, 2).
const maxSubject = 255

// user returns the name of the account in sessions and in the audit log. The prefix is not part of
// any name of a user with a password.
func (c claims) user() (string, error) {
	if address := c.email(); address != "" && len(address) <= maxSubject {
		return UserPrefix + address, nil
	}
	subject := c.text("sub")
	if subject == "" || len(subject) > maxSubject || strings.ContainsFunc(subject, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", fmt.Errorf("the subject of the ID token is empty, too long or not printable")
	}
	return UserPrefix + "sub:" + subject, nil
}
