package oidc

import (
	"testing"

	"github.com/clausea/crawler/internal/signin"
)

func TestAnAccountHasTheHighestRoleOfItsRules(t *testing.T) {
	t.Parallel()
	roles, err := ParseRoles("email:Ada@Example.com=operator, group:legal=reviewer,domain:example.com=viewer, group:a%2Cb=reviewer," +
		"claim:https://example.com/roles:admin=operator,claim:realm_access.roles:clausea=reviewer,claim:level:7=viewer")
	if err != nil {
		t.Fatal(err)
	}
	verified := func(address string) string { return `"email":"` + address + `","email_verified":true` }
	for body, want := range map[string]signin.Role{
		verified("ADA@example.com"):                              signin.Operator,
		`"email":"ada@example.com","email_verified":false`:       "",
		`"email":"ada@example.com"`:                              "",
		`"email":"ada@example.com","email_verified":"true"`:      signin.Operator,
		`"email":"ada@example.com","email_verified":"yes"`:       "",
		`"email":["ada@example.com"],"email_verified":true`:      "",
		verified("bob@example.com"):                              signin.Viewer,
		verified("bob@example.com") + `,"groups":["it","legal"]`: signin.Reviewer,
		verified("bob@sub.example.com"):                          "",
		verified("bob@example.com@evil.test"):                    "",
		verified("bob <ada@example.com>"):                        "",
		verified("bob@evil.test, ada@example.com"):               "",
		`"groups":"legal"`:                                       signin.Reviewer,
		`"groups":["Legal"]`:                                     "",
		`"groups":[["legal"]]`:                                   "",
		`"groups":{"legal":true}`:                                "",
		`"groups":["a,b"]`:                                       signin.Reviewer,
		`"https://example.com/roles":["admin"]`:                  signin.Operator,
		`"realm_access":{"roles":["clausea"]}`:                   signin.Reviewer,
		`"realm_access":["clausea"]`:                             "",
		`"level":7`:                                              signin.Viewer,
		`"sub":"legal"`:                                          "",
	} {
		c, err := parseClaims([]byte("{" + body + "}"))
		if err != nil {
			t.Fatal(err)
		}
		if got := roles.role(c); got != want {
			t.Errorf("%s has the role %q, want %q", body, got, want)
		}
	}
}

func TestEveryAccountMayHaveARole(t *testing.T) {
	t.Parallel()
	roles, err := ParseRoles("*=viewer,email:ada@example.com=operator")
	if err != nil {
		t.Fatal(err)
	}
	if got := roles.role(claims{}); got != signin.Viewer {
		t.Errorf("the role is %q, want viewer", got)
	}
}

func TestRulesThatNoAccountCanMatchAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " , ", "ada@example.com=operator", "email:ada@example.com", "email:ada@example.com=admin", "email:ada=operator", "email:=operator", "group:=viewer", "domain:*=viewer",
		"claim:role=viewer", "claim::x=viewer", "claim:role:=viewer", "*:x=viewer", "user:ada=viewer", "=viewer", "group:%zz=viewer", "email:ada@example.com=operator;*=viewer",
	} {
		if _, err := ParseRoles(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
