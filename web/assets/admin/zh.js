export default {
  'Saved': '已保存',
  'Copied': '已复制',
  'Deactivated': '已停用',
  'Handed over': '已移交',
  '{0} open tasks': '{0} 项在办任务',
  '{0} handed over, {1} refused': '已移交 {0} 项，{1} 项未能移交',
  'Some tasks could not be handed over: choose somebody else for them.': '有任务未能移交：请为它们另选人员。',
};
