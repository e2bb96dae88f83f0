package render

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// maxFrameDepth is the maximum depth of a frame whose text is read. It was chosen by hand.
const maxFrameDepth = 3

// frame is a document within the page.
type frame struct {
	session, parent session // parent is the session of the document with the <iframe>
	id              cdp.FrameID
	parentFrame     cdp.FrameID
}

// listFrames returns at most maxFrames frames of a page, which has one or more sessions. Inner
// frames come first, because a frame must be read before the document that contains it.
func listFrames(ctx context.Context, sessions []session) []frame {
	var all []frame
	owner := map[cdp.FrameID]session{}
	for _, s := range sessions {
		tree, err := call(ctx, s, page.GetFrameTree, cdp.Empty{})
		if err != nil || tree.FrameTree == nil {
			continue
		}
		collectFrames(s, tree.FrameTree, 0, &all, owner)
	}
	for i := range all {
		if o, ok := owner[all[i].parentFrame]; ok {
			all[i].parent = o
		}
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all[max(0, len(all)-maxFrames):]
}

// collectFrames adds the frames of a frame tree to all.
func collectFrames(s session, tree *page.FrameTree, depth int, all *[]frame, owner map[cdp.FrameID]session) {
	if tree.Frame == nil || depth > maxFrameDepth || len(*all) > 10*maxFrames {
		return
	}
	owner[tree.Frame.ID] = s
	if tree.Frame.ParentID != "" {
		*all = append(*all, frame{session: s, parent: s, id: tree.Frame.ID, parentFrame: tree.Frame.ParentID})
	}
	for _, c := range tree.ChildFrames {
		collectFrames(s, c, depth+1, all, owner)
	}
}

// insertMarker replaces a frame with a marker in the document that contains it.
func insertMarker(ctx context.Context, f frame) error {
	element, err := call(ctx, f.parent, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: f.id})
	if err != nil {
		return err
	}
	world, err := call(ctx, f.parent, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.parentFrame, WorldName: "clausea"})
	if err != nil {
		return err
	}
	node, err := call(ctx, f.parent, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: element.BackendNodeID, ExecutionContextID: world.ExecutionContextID})
	if err != nil {
		return err
	}
	if node.Object == nil {
		return errors.New("frame has no element")
	}
	_, err = call(ctx, f.parent, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		ObjectID:            node.Object.ObjectID,
		FunctionDeclaration: fmt.Sprintf("function() { const d = document.createElement('div'); d.append(document.createComment(%q)); this.replaceWith(d); }", markerText(string(f.id))),
	})
	return err
}

// markerText returns the text of a marker comment. The page cannot forge it, because the frame ID is
// random and unknown to the page.
func markerText(id string) string { return "frame " + id }

// replaceMarkers replaces the markers in s with the HTML of their frames.
func replaceMarkers(s string, markers map[string]string) string {
	for id, inner := range markers {
		s = strings.Replace(s, "<!--"+markerText(id)+"-->", inner, 1)
	}
	return s
}
