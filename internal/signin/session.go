package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Seal returns what the cookie of a session holds: its token, and a proof of the user, the role and
// the password with which the session was opened.
func (s *SignIn) Seal(token, user, role string) string {
	return token + "." + s.seal(token, user, role)
}

// Token returns the token of a cookie, or "".
func Token(cookie string) string {
	token, _, ok := strings.Cut(cookie, ".")
	if !ok {
		return ""
	}
	return token
}

// AcceptProvider makes sessions valid whose users have names with a prefix that no user of New has.
// An identity provider signed them in. key is a secret of the provider's settings; another key ends
// the sessions.
func (s *SignIn) AcceptProvider(prefix string, key []byte) {
	s.providerPrefix, s.providerKey = prefix, key
}

// IsSealed reports whether a cookie belongs to the session of a user with a role, as the settings
// have them now. It does not if the user was removed, or has another role or password, or if the
// settings of the identity provider changed.
func (s *SignIn) IsSealed(cookie, user, role string) bool {
	token, seal, _ := strings.Cut(cookie, ".")
	u, ok := s.users[user]
	valid := ok && string(u.Role) == role || s.isOfProvider(user)
	return valid && hmac.Equal([]byte(seal), []byte(s.seal(token, user, role)))
}

func (s *SignIn) isOfProvider(user string) bool {
	return s.providerPrefix != "" && strings.HasPrefix(user, s.providerPrefix)
}

func (s *SignIn) seal(token, user, role string) string {
	key := s.devices.keys[user]
	if s.isOfProvider(user) {
		k := hmac.New(sha256.New, s.providerKey)
		k.Write([]byte(user))
		key = k.Sum(nil)
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte("session\n" + role + "\n" + token))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
