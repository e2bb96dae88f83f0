package oidc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// attempt is a sign-in that has begun. The browser holds it, encrypted, until the callback.
type attempt struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	To       string    `json:"t"` // where the sign-in leads
	Expires  time.Time `json:"e"`
}

// maxSealed limits a sealed attempt that a browser sends, in bytes. Browsers store up to 4,096 with
// the name of the cookie and its attributes.
const maxSealed = 3800

// key derives a key from the settings of the provider. Processes with the same settings agree on
// it, and it changes with every one of them.
func (o Options) key(purpose string) ([]byte, error) {
	salt := sha256.Sum256([]byte(strings.Join([]string{o.Issuer, o.ClientID, o.URL, o.Roles.text}, "\x00")))
	k, err := hkdf.Key(sha256.New, []byte(o.ClientSecret), salt[:], "clausea dashboard "+purpose, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the key of %s: %w", purpose, err)
	}
	return k, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("create a cipher: %w", err)
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		return nil, fmt.Errorf("create a cipher: %w", err)
	}
	return a, nil
}

// seal encrypts an attempt. A path that does not fit in a cookie is left out.
func (p *Provider) seal(a attempt) (string, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode a sign-in: %w", err)
	}
	sealed := base64.RawURLEncoding.EncodeToString(p.aead.Seal(nil, nil, b, nil))
	if len(sealed) > maxSealed && a.To != "" {
		a.To = ""
		return p.seal(a)
	}
	return sealed, nil
}

// open decrypts an attempt. Its error is ErrState.
func (p *Provider) open(sealed string) (a attempt, err error) {
	if len(sealed) > maxSealed {
		return a, ErrState
	}
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		b, err = p.aead.Open(nil, nil, b, nil)
	}
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil || a.State == "" || !p.o.Now().Before(a.Expires) {
		return attempt{}, ErrState
	}
	return a, nil
}
