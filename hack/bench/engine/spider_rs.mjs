// spider-rs as its README shows it, configured to respect robots.txt and to skip the
// endless calendar. Arguments: the start URL and the folder in which it is installed.
import { createRequire } from 'node:module'

const [start, modules] = process.argv.slice(2)
const { Website } = createRequire(modules + '/')('@spider-rs/spider-rs')
const website = new Website(start).withRespectRobotsTxt(true).withBlacklistUrl(['calendar']).withDelay(0).build()
await website.crawl()
console.error(website.getLinks().length, 'links')
