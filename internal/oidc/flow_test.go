package oidc_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/oidc/oidctest"
	"github.com/clausea/crawler/internal/signin"
)

// newClient returns a client of a new provider. change may be nil.
func newClient(t *testing.T, change func(*oidc.Options)) (*oidc.Provider, *oidctest.Provider) {
	t.Helper()
	p := oidctest.New(t)
	p.Claims["email"], p.Claims["email_verified"] = "ada@example.com", true
	roles, err := oidc.ParseRoles("email:ada@example.com=operator,group:legal=reviewer")
	if err != nil {
		t.Fatal(err)
	}
	o := oidc.Options{
		Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, URL: "https://clausea.example/dashboard/oidc/callback", Roles: roles, Client: p.Client(),
	}
	if change != nil {
		change(&o)
	}
	c, err := oidc.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, p
}

// begin begins a sign-in.
func begin(t *testing.T, c *oidc.Provider, to string) (authorization, sealed string) {
	t.Helper()
	authorization, sealed, err := c.Begin(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	return authorization, sealed
}

func TestAUserSignsInWithAProvider(t *testing.T) {
	t.Parallel()
	c, p := newClient(t, nil)
	authorization, sealed := begin(t, c, "/dashboard/companies?q=a")
	who, to, err := c.Finish(t.Context(), sealed, p.Authorize(authorization))
	if err != nil || who != (oidc.Identity{User: "oidc:ada@example.com", Role: signin.Operator}) || to != "/dashboard/companies?q=a" {
		t.Errorf("user %+v, path %s, error %v", who, to, err)
	}
}

func TestACallbackThatIsNotOfThisBrowserIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, p := newClient(t, func(o *oidc.Options) { o.Now = func() time.Time { return now } })
	authorization, sealed := begin(t, c, "/")
	_, other := begin(t, c, "/")
	stranger, _ := newClient(t, func(o *oidc.Options) { o.ClientSecret = "another" })
	_, foreign := begin(t, stranger, "/")
	q := p.Authorize(authorization)
	for what, a := range map[string]struct {
		sealed string
		query  url.Values
	}{
		"no cookie": {"", q}, "the cookie of another sign-in": {other, q}, "a changed cookie": {"A" + sealed[1:], q}, "no text": {"%", q}, "a long cookie": {strings.Repeat("A", 100_000), q},
		"the cookie of another process": {foreign, q}, "another state": {sealed, url.Values{"code": q["code"], "state": {"x"}}}, "no state": {sealed, url.Values{"code": q["code"]}},
	} {
		if _, _, err := c.Finish(t.Context(), a.sealed, a.query); !errors.Is(err, oidc.ErrState) {
			t.Errorf("%s: %v", what, err)
		}
	}
	now = now.Add(oidc.AttemptAge)
	if _, _, err := c.Finish(t.Context(), sealed, q); !errors.Is(err, oidc.ErrState) {
		t.Errorf("an expired sign-in: %v", err)
	}
	if n := p.Requests("/token"); n != 0 {
		t.Errorf("%d codes were exchanged", n)
	}
}

func TestAnInvalidIDTokenIsRefused(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*oidctest.Provider){
		"another nonce":    func(p *oidctest.Provider) { p.Claims["nonce"] = "x" },
		"no nonce":         func(p *oidctest.Provider) { p.Claims["nonce"] = nil },
		"another audience": func(p *oidctest.Provider) { p.Claims["aud"] = "another client" },
		"another party":    func(p *oidctest.Provider) { p.Claims["aud"], p.Claims["azp"] = []string{oidctest.ClientID, "b"}, "b" },
		"another issuer":   func(p *oidctest.Provider) { p.Claims["iss"] = "https://evil.example" },
		"expired":          func(p *oidctest.Provider) { p.Claims["exp"] = time.Now().Add(-time.Minute).Unix() },
		"from the future":  func(p *oidctest.Provider) { p.Claims["nbf"] = time.Now().Add(time.Hour).Unix() },
		"another key":      func(p *oidctest.Provider) { p.Forged = true },
		"another access":   func(p *oidctest.Provider) { p.Claims["at_hash"] = "x" },
		"no subject":       func(p *oidctest.Provider) { p.Claims["sub"], p.Claims["email"] = "", nil },
	} {
		c, p := newClient(t, nil)
		change(p)
		authorization, sealed := begin(t, c, "/")
		who, _, err := c.Finish(t.Context(), sealed, p.Authorize(authorization))
		refused := &oidc.RefusedError{}
		if !errors.As(err, &refused) || who.User != "" {
			t.Errorf("%s: user %+v, error %v", what, who, err)
		}
	}
}

func TestACodeIsBoundToItsVerifierAndUsedOnce(t *testing.T) {
	t.Parallel()
	c, p := newClient(t, nil)
	authorization, _ := begin(t, c, "/")
	stolen := p.Authorize(authorization)
	authorization, sealed := begin(t, c, "/")
	own := p.Authorize(authorization)
	refused := &oidc.RefusedError{}
	if _, _, err := c.Finish(t.Context(), sealed, url.Values{"code": stolen["code"], "state": own["state"]}); !errors.As(err, &refused) || refused.Code != "invalid_grant" {
		t.Errorf("the code of another sign-in: %v", err)
	}
	if _, _, err := c.Finish(t.Context(), sealed, own); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Finish(t.Context(), sealed, own); !errors.As(err, &refused) {
		t.Errorf("a code that was used: %v", err)
	}
}

func TestAnAccountWithoutARoleIsRefused(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*oidctest.Provider){
		"an unverified address": func(p *oidctest.Provider) { p.Claims["email_verified"] = false },
		"an unknown address":    func(p *oidctest.Provider) { p.Claims["email"] = "eve@example.com" },
	} {
		c, p := newClient(t, nil)
		change(p)
		authorization, sealed := begin(t, c, "/")
		_, _, err := c.Finish(t.Context(), sealed, p.Authorize(authorization))
		refused := &oidc.NoRoleError{}
		if !errors.As(err, &refused) || !strings.HasPrefix(refused.User, oidc.UserPrefix) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestMissingClaimsAreReadFromTheUserInfo(t *testing.T) {
	t.Parallel()
	for what, x := range map[string]struct {
		claims, info map[string]any
		want         signin.Role
	}{
		"groups":                   {map[string]any{}, map[string]any{"sub": "248289", "groups": []string{"legal"}}, signin.Reviewer},
		"an address":               {map[string]any{}, map[string]any{"sub": "248289", "email": "ada@example.com", "email_verified": true}, signin.Operator},
		"another subject":          {map[string]any{}, map[string]any{"sub": "1", "groups": []string{"legal"}}, ""},
		"only the verification":    {map[string]any{"email": "ada@example.com"}, map[string]any{"sub": "248289", "email": "eve@example.com", "email_verified": true}, ""},
		"what the ID token denies": {map[string]any{"email": "ada@example.com", "email_verified": false}, map[string]any{"sub": "248289", "email_verified": true}, ""},
	} {
		c, p := newClient(t, nil)
		p.Claims, p.UserInfo = x.claims, x.info
		authorization, sealed := begin(t, c, "/")
		if who, _, err := c.Finish(t.Context(), sealed, p.Authorize(authorization)); who.Role != x.want || (err == nil) != (x.want != "") {
			t.Errorf("%s: the role is %q, want %q; %v", what, who.Role, x.want, err)
		}
	}
}

func TestAnErrorOfTheProviderIsReported(t *testing.T) {
	t.Parallel()
	c, p := newClient(t, nil)
	authorization, sealed := begin(t, c, "/")
	state := p.Authorize(authorization)["state"]
	for code, want := range map[string]string{"access_denied": "access_denied", "<script>": ""} {
		_, _, err := c.Finish(t.Context(), sealed, url.Values{"state": state, "error": {code}, "error_description": {strings.Repeat("x", 5000)}})
		refused := &oidc.RefusedError{}
		if !errors.As(err, &refused) || refused.Code != want || len(err.Error()) > 500 {
			t.Errorf("%s: code %q, error %v", code, refused.Code, err)
		}
	}
	refused := &oidc.RefusedError{}
	if _, _, err := c.Finish(t.Context(), sealed, url.Values{"state": state, "code": {"x"}, "iss": {"https://evil.example"}}); !errors.As(err, &refused) {
		t.Errorf("the response of another issuer: %v", err)
	}
}

func TestAProviderThatIsDownIsAskedAgain(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, p := newClient(t, func(o *oidc.Options) { o.Now = func() time.Time { return now } })
	p.Broken = http.StatusServiceUnavailable
	const discovery = "/.well-known/openid-configuration"
	for range 5 { // the first request retries; the others use its result
		unavailable := &oidc.UnavailableError{}
		if _, _, err := c.Begin(t.Context(), "/"); !errors.As(err, &unavailable) {
			t.Fatalf("error %v", err)
		}
	}
	if n := p.Requests(discovery); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	p.Broken, now = 0, now.Add(time.Minute)
	begin(t, c, "/")
	p.Broken, now = http.StatusServiceUnavailable, now.Add(48*time.Hour)
	begin(t, c, "/") // with the metadata of two days ago
	if n := p.Requests(discovery); n != 7 {
		t.Errorf("%d requests, want 7", n)
	}
}

func TestAProviderWithAnotherIssuerIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	c, p := newClient(t, func(o *oidc.Options) { o.Issuer += "/" })
	if _, _, err := c.Begin(t.Context(), "/"); err == nil {
		t.Error("a sign-in begins")
	}
	if n := p.Requests("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestAPathThatDoesNotFitInACookieIsLeftOut(t *testing.T) {
	t.Parallel()
	c, p := newClient(t, nil)
	authorization, sealed := begin(t, c, "/"+strings.Repeat("&", 2000))
	if len(sealed) > 3800 {
		t.Fatalf("the cookie has %d bytes", len(sealed))
	}
	if _, to, err := c.Finish(t.Context(), sealed, p.Authorize(authorization)); err != nil || to != "" {
		t.Errorf("path %q, error %v", to, err)
	}
}

func TestTheKeyOfSessionsChangesWithEverySetting(t *testing.T) {
	t.Parallel()
	keys := map[string]string{}
	roles, err := oidc.ParseRoles("*=viewer")
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*oidc.Options){
		"nothing": func(*oidc.Options) {}, "the issuer": func(o *oidc.Options) { o.Issuer = "x" }, "the client": func(o *oidc.Options) { o.ClientID = "x" },
		"the secret": func(o *oidc.Options) { o.ClientSecret = "x" }, "the roles": func(o *oidc.Options) { o.Roles = roles },
	} {
		o := oidc.Options{Issuer: "https://login.example", ClientID: "id", ClientSecret: "secret"}
		change(&o)
		c, err := oidc.New(o)
		if err != nil {
			t.Fatal(err)
		}
		key, err := c.SessionKey()
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := keys[string(key)]; ok {
			t.Errorf("the key is the same with another value of %s and %s", what, other)
		}
		keys[string(key)] = what
	}
}
