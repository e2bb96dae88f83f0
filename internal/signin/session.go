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

// IsSealed reports whether a cookie belongs to the session of a user with a role, as the settings
// have them now. It does not if the user was removed, or has another role or password.
func (s *SignIn) IsSealed(cookie, user, role string) bool {
	token, seal, _ := strings.Cut(cookie, ".")
	u, ok := s.users[user]
	return ok && string(u.Role) == role && hmac.Equal([]byte(seal), []byte(s.seal(token, user, role)))
}

func (s *SignIn) seal(token, user, role string) string {
	m := hmac.New(sha256.New, s.devices.keys[user])
	m.Write([]byte("session\n" + role + "\n" + token))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
