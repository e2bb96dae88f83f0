package v1alpha1

import "testing"

func TestNamespaceOfReturnsTheNamespaceOfAStoreKey(t *testing.T) {
	t.Parallel()
	for namespace, want := range map[string]string{"": "default", "default": "default", "legal": "legal"} {
		for _, name := range []string{"acme", "harbour.example"} {
			if got := NamespaceOf(StoreKey(namespace, name)); got != want {
				t.Errorf("namespace of the key of %s in %q is %q, want %q", name, namespace, got, want)
			}
		}
	}
}
