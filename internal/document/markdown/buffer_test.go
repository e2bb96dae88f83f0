package markdown

import (
	"strings"
	"testing"
)

func TestAnyOtherCharacterIsFoundInAText(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		if !isASCII(strings.Repeat("~", n)) {
			t.Errorf("%d ASCII characters are taken for others", n)
		}
		for i := range n {
			if isASCII(strings.Repeat("a", i) + "\x80" + strings.Repeat("a", n-i-1)) {
				t.Errorf("byte %d of %d was not examined", i, n)
			}
		}
	}
}
