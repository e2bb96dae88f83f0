// Package oidctest has an OpenID Connect provider for tests, whose responses a test can make wrong.
package oidctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	signer "github.com/coreos/go-oidc/v3/oidc/oidctest"
)

// The client that the provider knows.
const (
	ClientID     = "clausea"
	ClientSecret = "secret of the client"
)

// Provider is an OpenID Connect provider. Its fields are changed between sign-ins only.
type Provider struct {
	*httptest.Server
	// Claims are added to the ID token, and replace those of the provider.
	Claims map[string]any
	// UserInfo is the response of the user info endpoint. It has none if it is nil.
	UserInfo map[string]any
	// Broken makes the provider respond to every request with this status, unless it is 0.
	Broken int
	// Forged signs ID tokens with a key that the provider does not publish.
	Forged bool

	t        *testing.T
	key      *ecdsa.PrivateKey
	mu       sync.Mutex
	codes    map[string]request
	requests map[string]int
}

// request is an authorization request.
type request struct{ nonce, challenge, redirect string }

// New starts a provider, which ends with the test.
func New(t *testing.T) *Provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{t: t, key: key, Claims: map[string]any{}, codes: map[string]request{}, requests: map[string]int{}}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

// Requests returns how many requests a path received.
func (p *Provider) Requests(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests[path]
}

// Authorize is what a user does at an authorization URL: it returns the query of the callback.
func (p *Provider) Authorize(authorization string) url.Values {
	p.t.Helper()
	u, err := url.Parse(authorization)
	if err != nil {
		p.t.Fatal(err)
	}
	q := u.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("state") == "" {
		p.t.Fatalf("the authorization request is %s", authorization)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := rand.Text()
	p.codes[code] = request{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
	return url.Values{"code": {code}, "state": {q.Get("state")}}
}

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests[r.URL.Path]++
	if p.Broken != 0 {
		w.WriteHeader(p.Broken)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		d := map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"ES256"},
		}
		if p.UserInfo != nil {
			d["userinfo_endpoint"] = p.URL + "/userinfo"
		}
		respond(w, d)
	case "/keys":
		point, err := p.key.PublicKey.Bytes()
		if err != nil {
			p.t.Error(err)
		}
		e := base64.RawURLEncoding
		respond(w, map[string]any{"keys": []any{map[string]any{"kty": "EC", "use": "sig", "alg": "ES256", "kid": "1", "crv": "P-256", "x": e.EncodeToString(point[1:33]), "y": e.EncodeToString(point[33:])}}})
	case "/token":
		p.token(w, r)
	case "/userinfo":
		respond(w, p.UserInfo)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// token redeems a code once, and only with its verifier, its redirect URI and the client's secret.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("code")
	asked, ok := p.codes[code]
	delete(p.codes, code)
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, basic := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	if !ok || asked.challenge != base64.RawURLEncoding.EncodeToString(challenge[:]) || asked.redirect != r.PostFormValue("redirect_uri") || !basic || id != ClientID || secret != ClientSecret {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	now := time.Now()
	claims := map[string]any{"iss": p.URL, "sub": "248289", "aud": ClientID, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": asked.nonce}
	for name, v := range p.Claims {
		claims[name] = v
	}
	body, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	key := p.key
	if p.Forged {
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			p.t.Error(err)
		}
	}
	respond(w, map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": signer.SignIDToken(key, "1", "ES256", string(body))})
}

func respond(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
