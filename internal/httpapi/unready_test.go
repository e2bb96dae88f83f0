package httpapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestAnAPIThatStartsSaysWhenToTryAgain(t *testing.T) {
	t.Parallel()
	h := Unready(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/companies", nil))
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusServiceUnavailable || !p.Retryable || w.Header().Get("Retry-After") != "5" {
		t.Errorf("the answer is %d %s with Retry-After %q: %v", w.Code, w.Body, w.Header().Get("Retry-After"), err)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/livez", nil))
	if w.Code != http.StatusTeapot {
		t.Errorf("another path has status %d", w.Code)
	}
}
