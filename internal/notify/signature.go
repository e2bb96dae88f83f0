package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// Sizes of a key, in bytes, that Standard Webhooks permits.
const (
	minKey = 24
	maxKey = 64
	newKey = 32
)

// secretPrefix marks the text of a symmetric secret.
const secretPrefix = "whsec_"

// NewSecret returns a random secret in the form of Standard Webhooks: whsec_ and 32 bytes in
// base64.
func NewSecret() store.Secret {
	key := make([]byte, newKey)
	_, _ = rand.Read(key) // never fails
	return store.NewSecret(secretPrefix + base64.StdEncoding.EncodeToString(key))
}

// CheckSecret returns an error if a text is not a secret in the form of Standard Webhooks. The
// error does not contain the text.
func CheckSecret(text string) error {
	_, err := keyOf(store.NewSecret(text))
	return err
}

// keyOf returns the key that a secret encodes.
func keyOf(s store.Secret) ([]byte, error) {
	encoded, ok := strings.CutPrefix(s.Reveal(), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < minKey || len(key) > maxKey {
		return nil, errors.New("a secret is whsec_ followed by 24 to 64 bytes in base64")
	}
	return key, nil
}

// signature returns the value of webhook-signature: one signature for each secret of a webhook
// that is valid at a time.
func signature(w store.Webhook, id string, at time.Time, body []byte) (string, error) {
	secrets := w.Secrets
	if len(secrets) > 1 && !at.Before(w.PreviousSecretUntil) {
		secrets = secrets[:1]
	}
	var all []string
	for _, s := range secrets {
		key, err := keyOf(s)
		if err != nil {
			return "", err
		}
		mac := hmac.New(sha256.New, key)
		_, _ = mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		_, _ = mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " "), nil
}
