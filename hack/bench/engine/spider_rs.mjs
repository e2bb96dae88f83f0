// spider-rs as its README shows it, told to keep robots.txt and to leave the
// endless calendar alone. Arguments: the first address, the folder it is installed in.
import { createRequire } from 'node:module'

const [start, modules] = process.argv.slice(2)
const { Website } = createRequire(modules + '/')('@spider-rs/spider-rs')
const website = new Website(start).withRespectRobotsTxt(true).withBlacklistUrl(['calendar']).withDelay(0).build()
await website.crawl()
console.error(website.getLinks().length, 'links')
