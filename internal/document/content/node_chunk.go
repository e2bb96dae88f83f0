package content

import (
	"sync"

	"golang.org/x/net/html/atom"
)

// nodeChunk holds nodes that are allocated together.
type nodeChunk [192]node

// nodeChunks holds chunks of trees that are not needed any more. The nodes of a page have 3.5 times
// its size, and were a fifth of all memory that a crawl allocated.
var nodeChunks = sync.Pool{New: func() any { return new(nodeChunk) }}

// maxReusedChunks bounds the chunks of one page that are reused, about 6 MiB.
const maxReusedChunks = 200

// newNode allocates a node from the arena.
func (b *treeBuilder) newNode(tag atom.Atom) *node {
	if len(b.nodeArena) == 0 {
		chunk, _ := nodeChunks.Get().(*nodeChunk)
		b.chunks = append(b.chunks, chunk)
		b.nodeArena = chunk[:]
	}
	n := &b.nodeArena[0]
	b.nodeArena = b.nodeArena[1:]
	n.tag = tag
	b.nodeCount++
	return n
}

// release gives the nodes of the tree back. Nothing may refer to them any more; strings that their
// fields had remain valid.
func (b *treeBuilder) release() {
	for i, chunk := range b.chunks[:min(len(b.chunks), maxReusedChunks)] {
		used := len(chunk)
		if i == len(b.chunks)-1 {
			used -= len(b.nodeArena)
		}
		clear(chunk[:used]) // also so that the chunk does not keep the page in memory
		nodeChunks.Put(chunk)
	}
	b.body, b.chunks, b.nodeArena, b.stack = nil, nil, nil, nil
}
