package dashboard

// pager links the pages of a list.
type pager struct{ First, Next string }

// newPager returns the links of a list whose page begins at the query parameter cursor. next is
// the cursor of the next page, or empty.
func newPager(v *visit, next string) pager {
	link := func(cursor string) string {
		q := v.URL.Query()
		q.Del("cursor")
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		if len(q) == 0 {
			return v.URL.Path
		}
		return v.URL.Path + "?" + q.Encode()
	}
	var p pager
	if v.Query("cursor") != "" {
		p.First = link("")
	}
	if next != "" {
		p.Next = link(next)
	}
	return p
}
