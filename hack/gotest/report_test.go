package main

import (
	"strings"
	"testing"
)

// stream is what go test -json printed of a passing, a failing and an empty package.
const stream = `{"Action":"start","Package":"m/fast"}
{"Action":"run","Package":"m/fast","Test":"TestA"}
{"Action":"output","Package":"m/fast","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"m/fast","Test":"TestA","Output":"    a_test.go:5: a detail\n"}
{"Action":"output","Package":"m/fast","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
{"Action":"pass","Package":"m/fast","Test":"TestA","Elapsed":0}
{"Action":"output","Package":"m/fast","Test":"TestB","Output":"=== RUN   TestB\n"}
{"Action":"output","Package":"m/fast","Test":"TestB","Output":"    b_test.go:5: needs a browser\n"}
{"Action":"output","Package":"m/fast","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"m/fast","Test":"TestB","Elapsed":0}
{"Action":"output","Package":"m/fast","Output":"PASS\n"}
{"Action":"output","Package":"m/fast","Output":"ok  \tm/fast\t0.100s\n"}
{"Action":"pass","Package":"m/fast","Elapsed":0.1}
not an event
{"Action":"output","Package":"m/bad","Test":"TestC","Output":"=== RUN   TestC\n"}
{"Action":"output","Package":"m/bad","Test":"TestC","Output":"    c_test.go:5: wrong\n"}
{"Action":"output","Package":"m/bad","Test":"TestC","Output":"--- FAIL: TestC (9.00s)\n"}
{"Action":"fail","Package":"m/bad","Test":"TestC","Elapsed":9}
{"Action":"output","Package":"m/bad","Output":"FAIL\n"}
{"Action":"output","Package":"m/bad","Output":"FAIL\tm/bad\t9.000s\n"}
{"Action":"fail","Package":"m/bad","Elapsed":9}
{"ImportPath":"m/broken","Action":"build-output","Output":"broken.go:1: undefined: x\n"}
{"Action":"fail","Package":"m/broken","Elapsed":0}
{"Action":"output","Package":"m/slow","Output":"ok  \tm/slow\t2.000s\n"}
{"Action":"pass","Package":"m/slow","Elapsed":2}
{"Action":"output","Package":"m/empty","Output":"?   \tm/empty\t[no test files]\n"}
{"Action":"skip","Package":"m/empty","Elapsed":0}
`

func TestResultsAreSortedAndFailuresPrinted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verbose bool
		want    string
	}{
		"all tests": {true, "finished m/fast in 0.1s\nnot an event\n" +
			"    c_test.go:5: wrong\n--- FAIL: TestC (9.00s)\nfinished m/bad in 9.0s\n" +
			"broken.go:1: undefined: x\nfinished m/broken in 0.0s\nfinished m/slow in 2.0s\n" +
			"    b_test.go:5: needs a browser\n--- SKIP: TestB (0.00s)\n" +
			"ok  \tm/slow\t2.000s\nok  \tm/fast\t0.100s\n?   \tm/empty\t[no test files]\n" +
			"FAIL\tm/bad\t9.000s\nFAIL\tm/broken\nFAIL\n"},
		"short tests": {false, "not an event\n" +
			"    c_test.go:5: wrong\n--- FAIL: TestC (9.00s)\nbroken.go:1: undefined: x\n" +
			"ok  \tm/slow\t2.000s\nok  \tm/fast\t0.100s\n?   \tm/empty\t[no test files]\n" +
			"FAIL\tm/bad\t9.000s\nFAIL\tm/broken\nFAIL\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			r := &report{out: &out, verbose: c.verbose}
			if err := r.read(strings.NewReader(stream)); err != nil {
				t.Fatal(err)
			}
			r.summarize()
			if got := out.String(); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}
