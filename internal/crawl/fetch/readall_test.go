package fetch

import (
	"errors"
	"strings"
	"testing"
)

func TestADecodedBodyIsNotOverwrittenByTheNext(t *testing.T) {
	t.Parallel()
	first, err := readDecoded(strings.NewReader("first"), 10)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := readDecoded(strings.NewReader("other"), 10); err != nil {
			t.Fatal(err)
		}
	}
	if string(first) != "first" {
		t.Errorf("the body is %q", first)
	}
	if cap(first) > 64 {
		t.Errorf("a body of %d bytes keeps %d bytes in memory", len(first), cap(first))
	}
}

func TestADecodedBodyBeyondTheLimitIsAnError(t *testing.T) {
	t.Parallel()
	if b, err := readDecoded(strings.NewReader("longer than ten"), 10); !errors.Is(err, errTooLarge) || b != nil {
		t.Errorf("%q, %v", b, err)
	}
}
