package dashboard

import (
	"encoding/base64"
	"net/http"
)

// noticeCookie carries one sentence from an action to the page after it.
const noticeCookie = "__Host-clausea-notice"

// setNotice makes the next page show a sentence. It must not contain a secret.
func setNotice(w http.ResponseWriter, text string) {
	if text == "" {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: noticeCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(text)), Path: "/", MaxAge: 60,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// maxNotice limits a sentence that a browser sends back, in bytes of base64.
const maxNotice = 2000

// takeNotice returns the sentence of the last action, and clears it.
func takeNotice(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(noticeCookie)
	if err != nil || len(c.Value) > maxNotice {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: noticeCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	return string(text)
}
