package crawljob

import (
	"strings"
	"testing"
)

func TestMessagesAreTruncatedAtARune(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("a", 2*maxMessage), strings.Repeat("é", maxMessage), strings.Repeat("語", maxMessage)} {
		got := truncate(s)
		if len(got) > maxMessage || len(got) < maxMessage-8 || !strings.HasSuffix(got, "…") || strings.ToValidUTF8(got, "") != got {
			t.Errorf("truncated to %d bytes: %q", len(got), got[len(got)-12:])
		}
	}
	if got := truncate("short"); got != "short" {
		t.Errorf("truncated to %q", got)
	}
}
