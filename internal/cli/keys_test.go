package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestKeysAreCreatedListedRotatedAndRevoked(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keys := func(args ...string) (stdout, stderr string) {
		t.Helper()
		code, stdout, stderr := call(t, map[string]string{"CLAUSEA_DATA_DIR": folder}, append([]string{"keys"}, args...)...)
		if code != exitDone {
			t.Fatalf("keys %v: exit code %d: %s", args, code, stderr)
		}
		return stdout, stderr
	}
	secret, note := keys("create", "frontend", "--scopes", "read,crawl", "--expires-in", "1h")
	if !strings.HasPrefix(secret, "clausea_") || strings.Count(secret, "\n") != 1 || strings.Contains(note, strings.TrimSpace(secret)) {
		t.Fatalf("create prints %q and %q", secret, note)
	}
	var rotated httpapi.CreatedKey
	id := strings.Split(secret, "_")[1]
	out, _ := keys("rotate", id, "-o", "json")
	if err := json.Unmarshal([]byte(out), &rotated); err != nil || rotated.Name != "frontend" || rotated.ExpiresAt == nil || rotated.Secret == strings.TrimSpace(secret) {
		t.Errorf("rotate prints %s: %v", out, err)
	}
	keys("revoke", rotated.ID)
	out, _ = keys("list")
	if strings.Count(out, "Revoked") != 2 || !strings.Contains(out, id+"  frontend  read,crawl") || strings.Contains(out, rotated.Secret) {
		t.Errorf("list prints\n%s", out)
	}
	for want, args := range map[string][]string{
		"there is no API key":        {"revoke", "aaaaaaaa"},
		"path.id":                    {"revoke", "../companies"},
		"revoked or has expired":     {"rotate", id},
		"body.scopes":                {"create", "x", "--scopes", "everything"},
		"applies to keys of":         {"create", "x", "--feed", "companies=acme"},
		"must not be negative":       {"create", "x", "--expires-in", "-1h"},
		"invalid output format":      {"list", "-o", "yaml"},
		"unknown command \"delete\"": {"delete"},
	} {
		if code, _, errs := call(t, map[string]string{"CLAUSEA_DATA_DIR": folder}, append([]string{"keys"}, args...)...); code == exitDone || !strings.Contains(errs, want) {
			t.Errorf("keys %v: exit code %d, %q, want %q", args, code, errs, want)
		}
	}
}

func TestKeysReachTheProcessThatHasTheStoreOpen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	stop := serveFolder(t, folder, s)
	defer stop()
	code, secret, errs := call(t, nil, "keys", "create", "frontend", "--store", folder)
	if code != exitDone {
		t.Fatalf("create: exit code %d: %s", code, errs)
	}
	if caller, err := service.NewAuthenticator(s, "").Authenticate(t.Context(), strings.TrimSpace(secret)); err != nil || len(caller.Scopes) != 1 {
		t.Errorf("the key identifies %+v: %v", caller, err)
	}
	if code, out, errs := call(t, nil, "keys", "list", "--store", folder); code != exitDone || !strings.Contains(out, "frontend") {
		t.Errorf("list: exit code %d: %s%s", code, out, errs)
	}
}
