package frontier

import "testing"

// newDeferred returns a frontier with two pinned items that have an Order set aside, on the
// hosts a and b, and three other items queued on a.
func newDeferred(t *testing.T) *Frontier {
	t.Helper()
	f := New(Options{})
	for _, it := range []Item{
		{URL: "known1", Host: "a", Score: 1, Pinned: true, Order: 1},
		{URL: "known2", Host: "b", Score: 1, Pinned: true, Order: 2},
		{URL: "home", Host: "a", Score: 1, Pinned: true},
		{URL: "linked", Host: "a", Score: 0.5},
		{URL: "found", Host: "a", Score: 0.6},
	} {
		f.Add(it)
	}
	f.DeferOrdered()
	return f
}

func next(t *testing.T, f *Frontier) string {
	t.Helper()
	it, ok, _ := f.Next(start, 0)
	if !ok {
		return ""
	}
	f.Done(&it)
	return it.URL
}

func TestDeferredItemsFollowAllOthersOnceTheyAreRestored(t *testing.T) {
	t.Parallel()
	f := newDeferred(t)
	if f.Queued() != 5 || len(f.Pending()) != 5 {
		t.Errorf("%d items are queued and %d pending, want 5", f.Queued(), len(f.Pending()))
	}
	for _, want := range []string{"home", "found", "linked", ""} {
		if got := next(t, f); got != want {
			t.Errorf("the next item is %q, want %q", got, want)
		}
	}
	if f.BestRank() != -1 || f.Queued() != 2 {
		t.Errorf("the best rank is %v with %d items", f.BestRank(), f.Queued())
	}
	if !f.RestoreDeferred() || f.RestoreDeferred() {
		t.Error("the items are not restored once")
	}
	for _, want := range []string{"known1", "known2", ""} {
		if got := next(t, f); got != want {
			t.Errorf("the next restored item is %q, want %q", got, want)
		}
	}
}

func TestDroppingAHostDropsItsDeferredItems(t *testing.T) {
	t.Parallel()
	f := newDeferred(t)
	if n := len(f.DropHost("a")); n != 4 || f.Queued() != 1 {
		t.Errorf("dropped %d items, %d are queued", n, f.Queued())
	}
	if all := f.Clear(); len(all) != 1 || all[0].URL != "known2" || f.Queued() != 0 || f.RestoreDeferred() {
		t.Errorf("cleared %+v, %d are queued", all, f.Queued())
	}
}
