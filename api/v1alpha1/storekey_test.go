package v1alpha1

import "testing"

func TestTheNamespaceOfAStoreKeyIsTheOneThatItWasMadeOf(t *testing.T) {
	t.Parallel()
	for namespace, want := range map[string]string{"": "default", "default": "default", "legal": "legal"} {
		for _, name := range []string{"acme", "harbour.example"} {
			if got := NamespaceOf(StoreKey(namespace, name)); got != want {
				t.Errorf("of %s in namespace %q it is %q, want %q", name, namespace, got, want)
			}
		}
	}
}
