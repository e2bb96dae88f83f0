package cli

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"github.com/clausea/crawler/internal/settings"
)

func TestCheckAsksRedisIfItIsConfigured(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	server.RequireAuth("secret-password")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	for name, c := range map[string]struct{ url, want string }{
		"not configured":     {"", "set REDIS_URL"},
		"responds":           {"redis://:secret-password@" + server.Addr(), "responded in"},
		"wrong password":     {"redis://:other-secret@" + server.Addr(), "WRONGPASS"},
		"server that is off": {"redis://:other-secret@" + closed.Addr().String(), "connection refused"},
	} {
		a := newApp()
		a.env = environment(map[string]string{"REDIS_URL": c.url})
		if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		result, err := checkRedis(t.Context(), a.values)
		a.printCheck(&out, "redis", result, err)
		if !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "other-secret") {
			t.Errorf("%s: %s", name, &out)
		}
	}
}
