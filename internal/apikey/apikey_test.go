package apikey

import (
	"regexp"
	"testing"
)

func TestANewKeyHasItsFormAndMatchesItsHashOnly(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile("^" + Pattern + "$")
	seen := map[string]bool{}
	for range 200 {
		key, id := New()
		if !form.MatchString(key) || seen[key] {
			t.Fatalf("key %q is malformed or was made before", key)
		}
		seen[key] = true
		if got, err := ID(key); err != nil || got != id {
			t.Fatalf("the ID of %q is %q, %v; want %q", key, got, err, id)
		}
		other, _ := New()
		if !Matches(key, Hash(key)) || Matches(other, Hash(key)) {
			t.Fatal("a key matches the hash of another one, or not its own")
		}
	}
}

func TestAMistypedKeyIsRefusedWithoutALookUp(t *testing.T) {
	t.Parallel()
	key, _ := New()
	for i := range len(key) {
		c := byte('x')
		if key[i] == c {
			c = 'y'
		}
		if _, err := ID(key[:i] + string(c) + key[i+1:]); err == nil {
			t.Errorf("a key with another character at %d is accepted", i)
		}
	}
	for _, wrong := range []string{"", "clausea_", key + "0", key[1:], " " + key} {
		if _, err := ID(wrong); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
}
