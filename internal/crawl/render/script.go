package render

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// evaluate runs a script of this package in a frame, in an isolated world where the page cannot change
// built-in objects. Each call asks for the world, because a reload ends it. The browser identifies the
// world by its name.
func evaluate(ctx context.Context, s session, frame cdp.FrameID, expression string, result any) error {
	world, err := call(ctx, s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: "clausea"})
	if err != nil {
		return err
	}
	yes := true
	res, err := call(ctx, s, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world.ExecutionContextID, ReturnByValue: &yes, AwaitPromise: &yes, Silent: &yes,
	})
	if err != nil {
		return err
	}
	if res.ExceptionDetails != nil || res.Result == nil {
		return fmt.Errorf("evaluate script: %s", exceptionText(res.ExceptionDetails))
	}
	return unmarshal(res.Result.Value, result)
}

// unmarshal parses the result of a script into result.
func unmarshal(raw jsonv2.Value, result any) error {
	if err := jsonv2.Unmarshal(raw, result, chromedp.DefaultUnmarshalOptions); err != nil {
		return fmt.Errorf("parse result of script: %w", err)
	}
	return nil
}

// exceptionText describes an exception in one line.
func exceptionText(e *runtime.ExceptionDetails) string {
	if e == nil {
		return "no result"
	}
	if e.Exception != nil && e.Exception.Description != "" {
		first, _, _ := strings.Cut(e.Exception.Description, "\n")
		return first
	}
	return e.Text
}

// stopScripts terminates the running script of a page and prevents others, so that the page responds
// to commands.
func stopScripts(ctx context.Context, s session) {
	_ = notify(ctx, s, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	_ = notify(ctx, s, runtime.TerminateExecution, cdp.Empty{})
}
