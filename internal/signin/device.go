package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// devices issues and verifies what identifies a browser from which a user signed in.
type devices struct{ keys map[string][]byte } // by user

// newDevices derives a key for each user from the hash of the password. It changes with the
// password, and processes with the same configured hash agree on it.
func newDevices(users []User) devices {
	d := devices{map[string][]byte{}}
	for _, u := range users {
		m := hmac.New(sha256.New, []byte(u.Hash.String()))
		m.Write([]byte("clausea dashboard device of " + u.Name))
		d.keys[u.Name] = m.Sum(nil)
	}
	return d
}

func (d devices) mac(id, name string) string {
	m := hmac.New(sha256.New, d.keys[name])
	m.Write([]byte(id))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// issue returns the text of a new device of a user.
func (d devices) issue(name string) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	id := base64.RawURLEncoding.EncodeToString(b)
	return id + "." + d.mac(id, name)
}

// verify returns the ID of a device of a user, or "".
func (d devices) verify(device, name string) string {
	id, mac, ok := strings.Cut(device, ".")
	if !ok || d.keys[name] == nil || !hmac.Equal([]byte(mac), []byte(d.mac(id, name))) {
		return ""
	}
	return id
}
