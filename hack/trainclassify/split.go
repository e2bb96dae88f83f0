package main

import "crypto/md5" //nolint:gosec // a stable split, not security

// closedShare is the percentage of the companies whose pages are closed.
const closedShare = 50

// isClosed reports whether the pages of a company are closed: their errors are not looked at
// when rules and lexicon are changed. The figures of the cross-validation on closed pages
// are therefore not better than those on companies that were not seen since the split.
// The rule was fixed before the changes that it measures, and does not depend on the pages.
func isClosed(company string) bool {
	sum := md5.Sum([]byte("clausea-types-v1:" + company)) //nolint:gosec // as above
	return (int(sum[0])<<8|int(sum[1]))%100 < closedShare
}

// closedPart returns the predictions for closed pages, and the others.
func closedPart(all []prediction) (closed, open []prediction) {
	for _, p := range all {
		if isClosed(p.e.record.Component) {
			closed = append(closed, p)
		} else {
			open = append(open, p)
		}
	}
	return closed, open
}
