// Designs too large to be kept as files.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const words = [
  "满意度", "客户留存率", "最低区域客户满意度", "Median time to first response", "WWWWMMMM@%", "Gross margin", "iiiill.,'",
  "及时交付 on-time delivery", "Übernahmequote (Größe)", "Доля рынка", "平均首次响应时间,含夜班与节假日及其后一日的补录", "x",
];

/** 12 factors of 15 indicators each, on three levels: some in the factor, some below it, some below that. */
export async function large(folder) {
  await mkdir(join(folder, "data"), { recursive: true });
  const days = Array.from({ length: 12 }, (_, i) => `2025-${String(i + 1).padStart(2, "0")}-28,${(i * 37) % 91 + 5}`);
  await writeFile(join(folder, "data/orders.csv"), `day,amount\n${days.join("\n")}\n2025-12-31,7\n`);
  let text = `design large "12 × 15 × 3: 大鱼骨图" { definition: "Every bone is full", owner: "A", period: 2025 }

source orders "Orders" { origin: internal, from: csv("data/orders.csv"), time: day, refreshed: daily
  field day: date
  field amount: decimal 0..
}
`;
  let n = 0;
  const indicator = () => {
    n += 1;
    const label = `${words[n % words.length]} ${n}`;
    return `indicator k${n} "${label}" { definition: "Amounts times ${n}", formula: sum(orders.amount) * ${n}, unit: 1, direction: higher, frequency: monthly, owner: "A", target: ${(n % 5) * 25 * n} until 2026-12-31, threshold: ${(n % 5) * 20 * n} }\n`;
  };
  const indicators = (count) => Array.from({ length: count }, indicator).join("");
  for (let f = 1; f <= 12; f += 1) {
    text += `factor f${f} "${words[(f * 5) % words.length]} ${f}" {
${indicators(6)}
factor f${f}a "${words[(f * 7) % words.length]}" {
${indicators(4)}
factor f${f}b "${words[(f * 3) % words.length]}" {
${indicators(5)}
}
}
}
`;
  }
  await writeFile(join(folder, "large.kpi"), text);
  return folder;
}
