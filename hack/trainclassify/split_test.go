package main

import (
	"fmt"
	"testing"
)

func TestHalfOfTheCompaniesAreClosedAndStayClosed(t *testing.T) {
	t.Parallel()
	closed := 0
	for i := range 1000 {
		if isClosed(fmt.Sprintf("d:company-%d.example", i)) {
			closed++
		}
	}
	if closed < 430 || closed > 570 {
		t.Errorf("%d of 1000 companies are closed, want about half", closed)
	}
	for company, want := range map[string]bool{"d:harbour.example": true, "d:larch.example": false} { // the rule must not change
		if isClosed(company) != want {
			t.Errorf("%s: closed %v, want %v", company, !want, want)
		}
	}
}
