package canonical

import (
	"errors"
	"net/url"
	"testing"

	"pgregory.net/rapid"
)

func TestURLHasOneSpelling(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://example.com/a/b?c=d")
	tests := []struct{ ref, want string }{
		{"../x#frag", "https://example.com/x"},
		{"HTTPS://EXAMPLE.com:443/A", "https://example.com/A"},
		{"http://example.com:80", "http://example.com/"},
		{"?utm_source=x&q=1&fbclid=2", "https://example.com/a/b?q=1"},
		{"/p;jsessionid=1F?z=1", "https://example.com/p?z=1"},
		{"//other.example/ü", "https://other.example/%C3%BC"},
		{"/a/./b/../c", "https://example.com/a/c"},
		{"https://bücher.example/", "https://xn--bcher-kva.example/"},
		{"https:\\\\example.com\\x", "https://example.com/x"},
		{"/x?", "https://example.com/x"},
		{"http://0x7f.1/", "http://127.0.0.1/"},
	}
	for _, tt := range tests {
		if got, _, err := URL(base, tt.ref); err != nil || got != tt.want {
			t.Errorf("URL(%q) = %q, %v, want %q", tt.ref, got, err, tt.want)
		}
	}
}

func TestURLRefusesWithAReason(t *testing.T) {
	t.Parallel()
	long := make([]byte, MaxLength+1)
	for i := range long {
		long[i] = 'a'
	}
	for ref, want := range map[string]error{
		"mailto:a@b.example": ErrScheme, "ftp://a.example/": ErrScheme, "http://u:p@a.example/": ErrUserinfo,
		"http://a b/": ErrInvalid, "": ErrInvalid, string(long): ErrTooLong,
	} {
		if _, _, err := URL(nil, ref); !errors.Is(err, want) {
			t.Errorf("URL(%.40q): %v, want %v", ref, err, want)
		}
	}
}

func TestURLIsIdempotent(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://example.com/a/b")
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.OneOf(rapid.StringMatching(`(https?://[a-zA-Z0-9.-]{1,12})?[/a-z0-9.%?&=;#:@ü~-]{0,30}`), rapid.String()).Draw(t, "ref")
		one, _, err := URL(base, ref)
		if err != nil {
			return
		}
		if two, _, err := URL(nil, one); err != nil || two != one {
			t.Fatalf("%q gives %q, and that gives %q, %v", ref, one, two, err)
		}
	})
}
