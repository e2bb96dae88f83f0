package main

import (
	"bytes"
	"os"
	"testing"
)

func TestTheDashboardIsUpToDate(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := write(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../charts/clausea/files/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("charts/clausea/files/grafana-dashboard.json is out of date: run make grafana")
	}
}
